//! `dw`: depthwise convolution, output channel `c * multiplier + m` from input channel `c`.

use cnn_dsl::ir::{Shape, layers::dw::Dw};

use super::element::Sum;
use super::value::{Value, source};

/// Kernel `[R][S][C][M]`, then the bias.
pub(super) fn run(op: &Dw, x: &Value, weights: &[Vec<f32>], to: Shape) -> Value {
    let [r, s] = op.kernel;
    let outputs = x.shape.channels() * op.multiplier;
    let (kernel, bias) = (&weights[0], weights.get(1));
    Value::from_fn(to, |p, q, k| {
        let mut sum = Sum::default();
        for dy in 0..r {
            for dx in 0..s {
                let h = source(p, op.stride[0], dy, op.dilation[0], op.pads.top);
                let w = source(q, op.stride[1], dx, op.dilation[1], op.pads.left);
                if let Some(x) = x.at_padded(h, w, k / op.multiplier) {
                    sum.add(x, f64::from(kernel[(dy * s + dx) * outputs + k]));
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
    fn multiplier() {
        let op = Dw {
            kernel: [3, 3],
            multiplier: 2,
            stride: [2, 2],
            dilation: [1, 1],
            pads: Pads { top: 1, bottom: 1, left: 1, right: 1 },
            bias: true,
        };
        let weights = [kernel(54), bias(6)];
        let to = Shape::Image { h: 2, w: 3, c: 6 };
        run(&op, &Value::pattern(4, 5, 3), &weights, to).assert_is(&pytorch::DW);
    }

    #[test]
    fn dilation_and_asymmetric_pads() {
        let op = Dw {
            kernel: [2, 2],
            multiplier: 1,
            stride: [1, 1],
            dilation: [3, 2],
            pads: Pads { top: 1, bottom: 2, left: 0, right: 1 },
            bias: false,
        };
        let to = Shape::Image { h: 5, w: 4, c: 2 };
        run(&op, &Value::pattern(5, 5, 2), &[kernel(8)], to).assert_is(&pytorch::DW_DILATION);
    }
}
