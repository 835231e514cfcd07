//! `softmax`: over the channels of each pixel, or a vector.

use super::element::{ELEMENTARY_ROUNDINGS, Element, UNIT_ROUNDOFF};
use super::value::Value;

/// If no element is further off than `b`, each exponential and the sum of all are off by a factor of
/// at most `exp(b)`, the quotient by `exp(2b)`. The executor's own part: `x - max` is rounded, which
/// `exp` makes a relative error of `u |x - max|`; the sum of `n` rounds `n` times.
pub(super) fn run(x: &Value) -> Value {
    let [_, _, channels] = x.shape.hwc();
    let mut elements = Vec::with_capacity(x.elements.len());
    for pixel in x.elements.chunks(channels) {
        let largest = pixel.iter().fold(f64::NEG_INFINITY, |m, x| m.max(x.value));
        let brought = pixel.iter().fold(0.0, |m: f64, x| m.max(x.bound));
        let spread: f64 = pixel.iter().map(|x| weighted_distance(*x, largest)).sum();
        let sum: f64 = pixel.iter().map(|x| (x.value - largest).exp()).sum();
        for x in pixel {
            let value = (x.value - largest).exp() / sum;
            let distance = (x.value - largest).abs() + 2.0 * brought;
            let roundings = distance + spread + channels as f64 + 2.0 * ELEMENTARY_ROUNDINGS;
            let factor = (2.0 * brought + roundings * UNIT_ROUNDOFF).exp_m1();
            let bound = value * factor + f64::from(f32::MIN_POSITIVE);
            elements.push(Element { value, bound });
        }
    }
    Value { shape: x.shape, elements }
}

/// `|x - max|` where its exponential still counts in the sum: `d exp(-d)` is at most `1/e`, so its
/// part of the sum's relative error is small however far `x` is below.
fn weighted_distance(x: Element, largest: f64) -> f64 {
    let distance = (x.value - largest).abs();
    distance * (-distance).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;

    #[test]
    fn over_the_channels_of_each_pixel() {
        run(&Value::pattern(2, 1, 4)).assert_is(&pytorch::SOFTMAX);
    }

    #[test]
    fn bound_holds_for_moved_logits() {
        let mut x = Value::vector(&[-2.0, 3.0, 2.5, -30.0]);
        x.elements.iter_mut().for_each(|x| x.bound = 0.25);
        let bounded = run(&x);
        for signs in 0..16u32 {
            let sign = |i: usize| if signs >> i & 1 == 1 { 0.25 } else { -0.25 };
            let moved: Vec<f64> =
                x.numbers().iter().enumerate().map(|(i, x)| x + sign(i)).collect();
            for (there, bounded) in
                run(&Value::vector(&moved)).numbers().iter().zip(&bounded.elements)
            {
                assert!((there - bounded.value).abs() <= bounded.bound);
            }
        }
    }
}
