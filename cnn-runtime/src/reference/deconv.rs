//! `deconv`: every input pixel spreads its filter over the output.

use cnn_dsl::ir::{Shape, layers::deconv::Deconv};

use super::element::Sum;
use super::value::Value;

/// Kernel `[R][S][IN][OUT/groups]`, then the bias.
pub(super) fn run(op: &Deconv, x: &Value, weights: &[Vec<f32>], to: Shape) -> Value {
    let [height, width, inputs] = x.shape.hwc();
    let [p, q, filters] = to.hwc();
    let outputs = filters / op.groups;
    let mut sums = vec![Sum::default(); to.len()];
    let inside = |at: usize, size: usize, before: i64| {
        usize::try_from(at as i64 - before).ok().filter(|&at| at < size)
    };
    for h in 0..height {
        for w in 0..width {
            for (dy, dx) in taps(op.kernel) {
                let down = inside(h * op.stride[0] + dy * op.dilation[0], p, op.pads.top);
                let right = inside(w * op.stride[1] + dx * op.dilation[1], q, op.pads.left);
                let (Some(down), Some(right)) = (down, right) else { continue };
                for c in 0..inputs {
                    let first_output = c / (inputs / op.groups) * outputs;
                    for k in 0..outputs {
                        let weight =
                            weights[0][((dy * op.kernel[1] + dx) * inputs + c) * outputs + k];
                        let sum = &mut sums[(down * q + right) * filters + first_output + k];
                        sum.add(x.at(h, w, c), f64::from(weight));
                    }
                }
            }
        }
    }
    if let Some(bias) = weights.get(1) {
        for (index, sum) in sums.iter_mut().enumerate() {
            sum.add_constant(f64::from(bias[index % filters]));
        }
    }
    Value { shape: to, elements: sums.into_iter().map(Sum::total).collect() }
}

fn taps([r, s]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
    (0..r).flat_map(move |dy| (0..s).map(move |dx| (dy, dx)))
}
