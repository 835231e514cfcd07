//! `dw RxS`: depthwise convolution, one filter (or `multiplier` filters) a channel.
//!
//! Output channel `c * multiplier + m` is input channel `c` with filter `w[r,s,c,m]`.

use crate::ir::layers::conv::{sizes, vectors};
use crate::ir::{Pads, Shape};
use cnn_weights::{Role, Tensor};

/// A depthwise convolution.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the field's own names")]
pub struct Dw {
    /// R, S.
    pub kernel: [usize; 2],
    pub multiplier: usize,
    /// Vertical, horizontal.
    pub stride: [usize; 2],
    /// Vertical, horizontal.
    pub dilation: [usize; 2],
    pub pads: Pads,
    pub bias: bool,
}

impl Dw {
    /// `P x Q x C*multiplier`; `None` where the kernel does not fit.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let Shape::Image { h, w, c } = input else { return None };
        let [p, q] = sizes([h, w], self.kernel, self.stride, self.dilation, self.pads)?;
        Shape::image(p, q, c.checked_mul(self.multiplier)?)
    }

    /// Kernel (HWCM) and bias.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        let [r, s] = self.kernel;
        let c = input.channels();
        let dims = vec![r, s, c, self.multiplier];
        let mut tensors = vec![Tensor::new(name, Role::DepthwiseKernel, dims)];
        if self.bias {
            tensors.push(Tensor::new(name, Role::Bias, vec![c * self.multiplier]));
        }
        tensors
    }

    /// `R * S` for each output element.
    pub fn mult_adds(&self, output: Shape) -> u64 {
        output.len() as u64 * (self.kernel[0] * self.kernel[1]) as u64
    }

    /// Vector statements of 16 lanes when every loop is written out.
    pub fn unroll_cost(&self, output: Shape) -> u64 {
        vectors(output) * (self.kernel[0] * self.kernel[1]) as u64
    }
}
