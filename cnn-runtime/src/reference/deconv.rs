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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use crate::reference::value::{bias, kernel};
    use cnn_dsl::ir::Pads;

    #[test]
    fn pads_and_output_pad() {
        let op = Deconv {
            kernel: [3, 2],
            filters: 3,
            stride: [2, 2],
            dilation: [1, 1],
            pads: Pads { top: 1, bottom: 1, left: 0, right: 0 },
            output_pad: [1, 1],
            groups: 1,
            bias: true,
        };
        let weights = [kernel(36), bias(3)];
        let to = Shape::Image { h: 4, w: 7, c: 3 };
        run(&op, &Value::pattern(2, 3, 2), &weights, to).assert_is(&pytorch::DECONV);
    }

    #[test]
    fn groups_and_dilation() {
        let op = Deconv {
            kernel: [2, 2],
            filters: 2,
            stride: [1, 3],
            dilation: [2, 1],
            pads: Pads::default(),
            output_pad: [0, 0],
            groups: 2,
            bias: true,
        };
        let weights = [kernel(16), bias(2)];
        let to = Shape::Image { h: 4, w: 5, c: 2 };
        run(&op, &Value::pattern(2, 2, 4), &weights, to).assert_is(&pytorch::DECONV_GROUPS);
    }

    #[test]
    fn asymmetric_pads() {
        let op = Deconv {
            kernel: [3, 3],
            filters: 2,
            stride: [2, 2],
            dilation: [1, 1],
            pads: Pads { top: 0, bottom: 1, left: 1, right: 0 },
            output_pad: [0, 0],
            groups: 1,
            bias: false,
        };
        let to = Shape::Image { h: 6, w: 6, c: 2 };
        let result = run(&op, &Value::pattern(3, 3, 1), &[kernel(18)], to);
        result.assert_is(&pytorch::DECONV_ASYMMETRIC);
    }
}
