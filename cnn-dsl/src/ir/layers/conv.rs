//! `conv RxS, OUT`: cross-correlation of an image with `OUT` filters, as in every CNN library
//! (an inner product, the kernel is not flipped).
//!
//! `y[p,q,k] = b[k] + sum over r,s,c of x[p*stride + r*dilation - top, q*stride + s*dilation - left, c] * w[r,s,c,k]`,
//! pixels outside the image being 0. With groups, filter `k` reads only its group's channels.

use crate::ir::{Pads, Shape};
use cnn_weights::{Role, Tensor};

/// A convolution.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the field's own names")]
pub struct Conv {
    /// R, S.
    pub kernel: [usize; 2],
    /// K.
    pub filters: usize,
    /// Vertical, horizontal.
    pub stride: [usize; 2],
    /// Vertical, horizontal.
    pub dilation: [usize; 2],
    pub pads: Pads,
    pub groups: usize,
    pub bias: bool,
}

impl Conv {
    /// Kernel (HWIO, I being the channels of a group) and bias.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        let [r, s] = self.kernel;
        let dims = vec![r, s, input.channels() / self.groups, self.filters];
        let mut tensors = vec![Tensor::new(name, Role::Kernel { groups: self.groups }, dims)];
        if self.bias {
            tensors.push(Tensor::new(name, Role::Bias, vec![self.filters]));
        }
        tensors
    }

    /// `R * S * C/groups * K` for each output pixel.
    pub fn mult_adds(&self, input: Shape, output: Shape) -> u64 {
        let taps = self.kernel[0] * self.kernel[1] * (input.channels() / self.groups);
        output.len() as u64 * taps as u64
    }
}
