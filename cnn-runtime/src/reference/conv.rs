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
                for c in 0..inputs {
                    if let Some(x) = x.at_padded(h, w, first_input + c) {
                        let weight = kernel[((dy * s + dx) * inputs + c) * op.filters + k];
                        sum.add(x, f64::from(weight));
                    }
                }
            }
        }
        if let Some(bias) = bias {
            sum.add_constant(f64::from(bias[k]));
        }
        sum.total()
    })
}
