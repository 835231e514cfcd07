//! `conv`: cross-correlation, the pixels outside the image being 0.

use cnn_dsl::ir::{Shape, layers::conv::Conv};

use super::element::Sum;
use super::value::{Value, source};

/// Kernel `[R][S][C/groups][K]`, then the bias.
pub(super) fn run(op: &Conv, x: &Value, weights: &[Vec<f32>], to: Shape) -> Value {
    let [r, s] = op.kernel;
    let inputs = x.shape.channels() / op.groups;
    let outputs = op.filters / op.groups;
    let (kernel, bias) = (&weights[0], weights.get(1));
    Value::from_fn(to, |p, q, k| {
        let first_input = k / outputs * inputs;
        let mut sum = Sum::default();
        for dy in 0..r {
            for dx in 0..s {
                let h = source(p, op.stride[0], dy, op.dilation[0], op.pads.top);
                let w = source(q, op.stride[1], dx, op.dilation[1], op.pads.left);
                let Some(pixel) = x.pixel(h, w) else { continue };
                for (c, &x) in pixel[first_input..][..inputs].iter().enumerate() {
                    let weight = kernel[((dy * s + dx) * inputs + c) * op.filters + k];
                    sum.add(x, f64::from(weight));
                }
            }
        }
        if let Some(bias) = bias {
            sum.add_constant(f64::from(bias[k]));
        }
        sum.total()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use crate::reference::value::{bias, kernel};
    use cnn_dsl::ir::Pads;

    #[test]
    fn asymmetric_pads_and_stride() {
        let pads = Pads { top: 2, bottom: 1, left: 1, right: 0 };
        let op = Conv {
            kernel: [3, 2],
            filters: 4,
            stride: [2, 3],
            dilation: [1, 1],
            pads,
            groups: 1,
            bias: true,
        };
        let weights = [kernel(72), bias(4)];
        let to = Shape::Image { h: 3, w: 2, c: 4 };
        run(&op, &Value::pattern(5, 6, 3), &weights, to).assert_is(&pytorch::CONV);
    }

    #[test]
    fn groups() {
        let op = Conv {
            kernel: [2, 2],
            filters: 6,
            stride: [2, 2],
            dilation: [1, 1],
            pads: Pads::default(),
            groups: 2,
            bias: true,
        };
        let weights = [kernel(48), bias(6)];
        let to = Shape::Image { h: 2, w: 2, c: 6 };
        run(&op, &Value::pattern(4, 4, 4), &weights, to).assert_is(&pytorch::CONV_GROUPS);
    }

    #[test]
    fn dilation() {
        let op = Conv {
            kernel: [3, 3],
            filters: 2,
            stride: [1, 1],
            dilation: [2, 1],
            pads: Pads { top: 1, bottom: 1, left: 1, right: 1 },
            groups: 1,
            bias: false,
        };
        let to = Shape::Image { h: 4, w: 7, c: 2 };
        run(&op, &Value::pattern(6, 7, 2), &[kernel(36)], to).assert_is(&pytorch::CONV_DILATION);
    }
}
