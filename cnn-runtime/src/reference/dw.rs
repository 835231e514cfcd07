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
