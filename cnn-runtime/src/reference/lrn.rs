//! `lrn`: local response normalisation over channels.

use cnn_dsl::ir::layers::lrn::Lrn;

use super::element::{ELEMENTARY_ROUNDINGS, Element, UNIT_ROUNDOFF};
use super::value::Value;

pub(super) fn run(op: &Lrn, x: &Value) -> Value {
    let channels = x.shape.channels();
    Value::from_fn(x.shape, |h, w, c| {
        let from = c.saturating_sub(op.size / 2);
        let to = (c + op.size.div_ceil(2)).min(channels);
        let near: Vec<Element> = (from..to).map(|c| x.at(h, w, c)).collect();
        normalise(op, x.at(h, w, c), &near)
    })
}

/// `x / d^beta` with `d = k + alpha / size * sum of squares`. If `d` is off by at most `e < d`, then
/// `d^-beta` is off by a factor of at most `(1 - e/d)^-|beta|`; rounding in `pow` adds a relative
/// error of `u` times `1 + beta |ln d|` elementary roundings.
fn normalise(op: &Lrn, x: Element, near: &[Element]) -> Element {
    let (alpha, beta, k) = (f64::from(op.alpha.0), f64::from(op.beta.0), f64::from(op.k.0));
    let factor = alpha / op.size as f64;
    let squares: f64 = near.iter().map(|x| x.value * x.value).sum();
    let brought: f64 = near.iter().map(|x| x.bound * (2.0 * x.value.abs() + x.bound)).sum();
    let largest: f64 = near.iter().map(|x| x.magnitude() * x.magnitude()).sum();
    let d = k + factor * squares;
    let roundings = (near.len() + 4) as f64 * UNIT_ROUNDOFF;
    let off = factor.abs() * brought + roundings * (k.abs() + factor.abs() * largest);
    let value = x.value / d.powf(beta);
    // Where `d` may reach 0, nothing can be said; `max` keeps the base of the power from below 0.
    let by_d = (1.0 - off / d.abs()).max(0.0).powf(-beta.abs());
    let by_power = 1.0 + ELEMENTARY_ROUNDINGS * UNIT_ROUNDOFF * (2.0 + (beta * d.ln()).abs());
    let bound = x.magnitude() * d.powf(-beta) * by_d * by_power - value.abs();
    Element { value, bound: bound + f64::from(f32::MIN_POSITIVE) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use cnn_dsl::ir::Constant;

    #[test]
    fn odd_and_even_sizes() {
        let op = |size, alpha, beta, k| Lrn {
            size,
            alpha: Constant(alpha),
            beta: Constant(beta),
            k: Constant(k),
        };
        run(&op(5, 1e-4, 0.75, 1.0), &Value::pattern(1, 2, 7)).assert_is(&pytorch::LRN);
        run(&op(4, 0.5, 0.5, 2.0), &Value::pattern(1, 2, 5)).assert_is(&pytorch::LRN_EVEN);
    }

    #[test]
    fn bound_holds_for_moved_elements() {
        let op = Lrn { size: 3, alpha: Constant(2.0), beta: Constant(0.75), k: Constant(1.0) };
        let mut x = Value::vector(&[-1.0, 2.0, 0.5]);
        x.elements.iter_mut().for_each(|x| x.bound = 0.05);
        let bounded = run(&op, &x);
        for signs in 0..8u32 {
            let sign = |i: usize| if signs >> i & 1 == 1 { 0.05 } else { -0.05 };
            let moved: Vec<f64> =
                x.numbers().iter().enumerate().map(|(i, x)| x + sign(i)).collect();
            let moved = run(&op, &Value::vector(&moved)).numbers();
            for (there, bounded) in moved.iter().zip(&bounded.elements) {
                assert!((there - bounded.value).abs() <= bounded.bound);
            }
        }
    }
}
