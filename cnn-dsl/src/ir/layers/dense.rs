//! `dense OUT`: a fully connected layer on a vector or a 1x1xC image; the result is a vector.

use crate::ir::Shape;
use cnn_weights::{Role, Tensor};

/// A fully connected layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dense {
    /// Outputs.
    pub units: usize,
    /// Whether it has a bias.
    pub bias: bool,
    /// The image's height, width and channels where a `flatten` stands right before: a PyTorch
    /// kernel is then in C, H, W order and is permuted when loaded.
    pub flattened: Option<[usize; 3]>,
}

impl Dense {
    /// A vector; `None` for an image larger than 1x1.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let [h, w, _] = input.hwc();
        if h * w == 1 { Shape::vector(self.units) } else { None }
    }

    /// Kernel (IN, OUT) and bias.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        let role = Role::DenseKernel { flattened: self.flattened };
        let mut tensors = vec![Tensor::new(name, role, vec![input.len(), self.units])];
        if self.bias {
            tensors.push(Tensor::new(name, Role::Bias, vec![self.units]));
        }
        tensors
    }

    /// `IN * OUT`.
    pub fn mult_adds(&self, input: Shape) -> u64 {
        input.len() as u64 * self.units as u64
    }

    /// Vector statements of 16 lanes when every loop is written out.
    pub fn unroll_cost(&self, input: Shape) -> u64 {
        self.units.div_ceil(16) as u64 * input.len() as u64
    }
}
