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
        if !c.is_multiple_of(self.groups) || !self.filters.is_multiple_of(self.groups) {
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

#[cfg(test)]
mod tests {
    use super::Conv;
    use crate::ir::layers::deconv::Deconv;
    use crate::ir::layers::dense::Dense;
    use crate::ir::layers::dw::Dw;
    use crate::ir::{Op, Pads, Shape};

    fn conv(kernel: [usize; 2], filters: usize, groups: usize, pads: Pads) -> Op {
        let one = [1, 1];
        Op::Conv(Conv { kernel, filters, stride: one, dilation: one, pads, groups, bias: true })
    }

    /// Result, parameters and mult-adds of one layer.
    fn figures(op: &Op, input: Shape) -> (Shape, usize, u64) {
        let outputs = op.outputs(&[input]).unwrap();
        let parameters = op.tensors("", &[input]).iter().map(cnn_weights::Tensor::len).sum();
        (outputs[0], parameters, op.mult_adds(&[input], &outputs))
    }

    /// S13 of the lecture: 64 filters 3x3 on 224x224x3, regular and depthwise separable.
    #[test]
    fn depthwise_separable_of_the_lecture() {
        let image = Shape::Image { h: 224, w: 224, c: 3 };
        let (output, _, regular) = figures(&conv([3, 3], 64, 1, Pads::default()), image);
        assert_eq!(output, Shape::Image { h: 222, w: 222, c: 64 });
        assert_eq!(regular, 85_162_752);

        let (kernel, one) = ([3, 3], [1, 1]);
        let dw = Dw {
            kernel,
            multiplier: 1,
            stride: one,
            dilation: one,
            pads: Pads::default(),
            bias: false,
        };
        let (between, _, depthwise) = figures(&Op::Dw(dw), image);
        let (output, _, pointwise) = figures(&conv([1, 1], 64, 1, Pads::default()), between);
        assert_eq!(output, Shape::Image { h: 222, w: 222, c: 64 });
        assert_eq!((depthwise, pointwise), (1_330_668, 9_462_528));
        assert_eq!(depthwise + pointwise, 10_793_196);
        assert_eq!(format!("{:.1}", regular as f64 / (depthwise + pointwise) as f64), "7.9");
    }

    /// S6 of the lecture: 30, 84 and 17,290 parameters.
    #[test]
    fn simple_model_of_the_lecture() {
        let image = Shape::Image { h: 28, w: 28, c: 1 };
        let (first, parameters, _) = figures(&conv([3, 3], 3, 1, Pads::default()), image);
        assert_eq!((first, parameters), (Shape::Image { h: 26, w: 26, c: 3 }, 30));
        let (second, parameters, _) = figures(&conv([3, 3], 3, 1, Pads::default()), first);
        assert_eq!((second, parameters), (Shape::Image { h: 24, w: 24, c: 3 }, 84));
        let dense = Op::Dense(Dense { units: 10, bias: true, flattened: Some([24, 24, 3]) });
        let (output, parameters, _) = figures(&dense, Shape::Vector(second.len()));
        assert_eq!((output, parameters), (Shape::Vector(10), 17_290));
    }

    /// AlexNet's second layer, `torch.nn.Conv2d(96, 256, 5, groups=2, padding=2)` on 27x27:
    /// parameters by `numel`, mult-adds as half of `FlopCounterMode`'s.
    #[test]
    fn groups_are_pytorchs() {
        let pads = Pads { top: 2, bottom: 2, left: 2, right: 2 };
        let image = Shape::Image { h: 27, w: 27, c: 96 };
        let output = Shape::Image { h: 27, w: 27, c: 256 };
        assert_eq!(figures(&conv([5, 5], 256, 2, pads), image), (output, 307_456, 223_948_800));
        assert_eq!(conv([5, 5], 255, 2, pads).outputs(&[image]), None);
    }

    /// `torch.nn.ConvTranspose2d(8, 12, 3, stride=2, groups=4)` on 5x6 and
    /// `ConvTranspose2d(3, 5, (2, 4), stride=3)` on 4x4, by the same counts.
    #[test]
    fn transposed_figures_are_pytorchs() {
        let deconv = |kernel, filters, stride, groups| {
            let (stride, dilation) = ([stride; 2], [1, 1]);
            let (pads, output_pad) = (Pads::default(), [0, 0]);
            Op::Deconv(Deconv {
                kernel,
                filters,
                stride,
                dilation,
                pads,
                output_pad,
                groups,
                bias: true,
            })
        };
        let image = Shape::Image { h: 5, w: 6, c: 8 };
        let output = Shape::Image { h: 11, w: 13, c: 12 };
        assert_eq!(figures(&deconv([3, 3], 12, 2, 4), image), (output, 228, 6_480));
        let image = Shape::Image { h: 4, w: 4, c: 3 };
        let output = Shape::Image { h: 11, w: 13, c: 5 };
        assert_eq!(figures(&deconv([2, 4], 5, 3, 1), image), (output, 125, 1_920));
    }

    /// By hand: three filters over 26 rows of two vectors, nine taps each; 20 filters in two
    /// vectors for each of 26x26 pixels; 10 outputs in one vector for each of 1,728 inputs.
    #[test]
    fn unrolling_is_counted_in_vectors() {
        let cost = |op: &Op, input: Shape| op.unroll_cost(&[input], &op.outputs(&[input]).unwrap());
        let image = Shape::Image { h: 28, w: 28, c: 1 };
        assert_eq!(cost(&conv([3, 3], 3, 1, Pads::default()), image), Some(1_404));
        assert_eq!(cost(&conv([3, 3], 20, 1, Pads::default()), image), Some(12_168));
        let dense = Op::Dense(Dense { units: 10, bias: true, flattened: None });
        assert_eq!(cost(&dense, Shape::Vector(1_728)), Some(1_728));
        assert_eq!(cost(&Op::Softmax(crate::ir::layers::softmax::Softmax), image), None);
    }
}
