//! `conv RxS, OUT`: cross-correlation of an image with `OUT` filters, as in every CNN library
//! (an inner product, the kernel is not flipped).
//!
//! `y[p,q,k] = b[k] + sum over r,s,c of x[p*stride + r*dilation - top, q*stride + s*dilation - left, c] * w[r,s,c,k]`,
//! pixels outside the image being 0. With groups, filter `k` reads only its group's channels.

use crate::ir::shape::output_size;
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
    /// `P x Q x K`; `None` where the kernel or the groups do not fit.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let Shape::Image { h, w, c } = input else { return None };
        if c % self.groups != 0 || self.filters % self.groups != 0 {
            return None;
        }
        let [p, q] = sizes([h, w], self.kernel, self.stride, self.dilation, self.pads)?;
        Shape::image(p, q, self.filters)
    }

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

    /// Vector statements of 16 lanes when every loop is written out: over x below
    /// [`FEW_CHANNELS`] filters, else over filters.
    pub fn unroll_cost(&self, input: Shape, output: Shape) -> u64 {
        let [r, s] = self.kernel;
        let taps = [r, s, input.channels() / self.groups];
        vectors(output) * taps.into_iter().product::<usize>() as u64
    }
}

/// Below so many channels vectors lie over x, not over channels.
pub const FEW_CHANNELS: usize = 8;

/// Vectors of 16 that hold an image: over x where it has few channels.
pub(super) fn vectors(output: Shape) -> u64 {
    let [p, q, k] = output.hwc();
    let count = if k < FEW_CHANNELS { [p, q.div_ceil(16), k] } else { [p, q, k.div_ceil(16)] };
    count.into_iter().product::<usize>() as u64
}

/// Rows and columns that a sliding kernel gives.
pub(super) fn sizes(
    [h, w]: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    pads: Pads,
) -> Option<[usize; 2]> {
    Some([
        output_size(h, kernel[0], stride[0], dilation[0], pads.vertical(), false)?,
        output_size(w, kernel[1], stride[1], dilation[1], pads.horizontal(), false)?,
    ])
}
