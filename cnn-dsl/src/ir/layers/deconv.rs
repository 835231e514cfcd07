//! `deconv RxS, OUT`: transposed convolution (PyTorch's `ConvTranspose2d`, Keras' `Conv2DTranspose`).
//!
//! Output size `(in - 1) * stride - pads + dilation * (k - 1) + output_pad + 1`. Each input pixel
//! `(h, w)` adds `x[h,w,c] * w[r,s,c,k]` to output `(h*stride + r*dilation - top, ...)`. `pad same`
//! gives `in * stride`, cut as TensorFlow does.

use crate::ir::shape::transposed_size;
use crate::ir::{Pads, Shape};
use cnn_weights::{Role, Tensor};

/// A transposed convolution.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the field's own names")]
pub struct Deconv {
    /// R, S.
    pub kernel: [usize; 2],
    /// K.
    pub filters: usize,
    /// Vertical, horizontal.
    pub stride: [usize; 2],
    /// Vertical, horizontal.
    pub dilation: [usize; 2],
    /// What is cut from the full result.
    pub pads: Pads,
    /// Rows and columns added at the bottom and right of the full result.
    pub output_pad: [usize; 2],
    pub groups: usize,
    pub bias: bool,
}

impl Deconv {
    /// `P x Q x K`; `None` where the groups do not divide or the pads cut everything away.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let Shape::Image { h, w, c } = input else { return None };
        if !c.is_multiple_of(self.groups) || !self.filters.is_multiple_of(self.groups) {
            return None;
        }
        let size = |axis: usize, input, pads| {
            let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
            let (dilation, output_pad) = (self.dilation[axis], self.output_pad[axis]);
            transposed_size(input, kernel, stride, dilation, pads, output_pad)
        };
        let p = size(0, h, self.pads.vertical())?;
        Shape::image(p, size(1, w, self.pads.horizontal())?, self.filters)
    }

    /// Kernel (R, S, IN, OUT/groups) and bias.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        let [r, s] = self.kernel;
        let dims = vec![r, s, input.channels(), self.filters / self.groups];
        let mut tensors = vec![Tensor::new(name, Role::DeconvKernel { groups: self.groups }, dims)];
        if self.bias {
            tensors.push(Tensor::new(name, Role::Bias, vec![self.filters]));
        }
        tensors
    }

    /// `R * S * K/groups` for each input element.
    pub fn mult_adds(&self, input: Shape) -> u64 {
        input.len() as u64 * (self.kernel[0] * self.kernel[1] * (self.filters / self.groups)) as u64
    }
}
