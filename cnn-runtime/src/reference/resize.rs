//! `upsample` and `resize`: PyTorch's `interpolate` with `align_corners=False`.

use cnn_dsl::ir::{
    Shape,
    layers::resize::{Resize, ResizeMode},
};

use super::element::{Element, UNIT_ROUNDOFF};
use super::value::Value;

pub(super) fn run(op: &Resize, x: &Value, to: Shape) -> Value {
    let [height, width, _] = x.shape.hwc();
    let [p, q, _] = to.hwc();
    match op.mode {
        ResizeMode::Nearest => Value::from_fn(to, |h, w, c| x.at(h * height / p, w * width / q, c)),
        ResizeMode::Bilinear => Value::from_fn(to, |h, w, c| {
            let (rows, columns) = (between(h, height, p), between(w, width, q));
            let row =
                |h: usize| mix(x.at(h, columns.0, c), x.at(h, columns.1, c), columns.2, width);
            mix(row(rows.0), row(rows.1), rows.2, height)
        }),
    }
}

/// The two source pixels, and the share of the second.
fn between(p: usize, input: usize, output: usize) -> (usize, usize, f64) {
    let at = ((p as f64 + 0.5) * input as f64 / output as f64 - 0.5).max(0.0);
    let first = (at as usize).min(input - 1);
    (first, (first + 1).min(input - 1), at - first as f64)
}

/// `a (1 - share) + b share`. An executor finds the source coordinate, which is at most the size,
/// with three roundings and the two products and their sum with three more; the coordinate's error
/// is an error of the share.
fn mix(a: Element, b: Element, share: f64, size: usize) -> Element {
    let value = a.value * (1.0 - share) + b.value * share;
    let brought = a.bound * (1.0 - share) + b.bound * share;
    let largest = a.magnitude() + b.magnitude();
    let own = (3.0 * size as f64 + 3.0) * UNIT_ROUNDOFF * largest + f64::from(f32::MIN_POSITIVE);
    Element { value, bound: brought + own }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;

    fn resize(mode: ResizeMode, x: &Value, to: [usize; 2]) -> Value {
        let shape = Shape::Image { h: to[0], w: to[1], c: x.shape.channels() };
        run(&Resize { to, mode, upsample: false }, x, shape)
    }

    #[test]
    fn twice_and_odd_factors() {
        let (small, odd) = (Value::pattern(2, 3, 2), Value::pattern(3, 5, 1));
        resize(ResizeMode::Bilinear, &small, [4, 6]).assert_is(&pytorch::BILINEAR);
        resize(ResizeMode::Bilinear, &odd, [5, 3]).assert_is(&pytorch::BILINEAR_ODD);
        resize(ResizeMode::Nearest, &small, [4, 6]).assert_is(&pytorch::NEAREST);
        resize(ResizeMode::Nearest, &odd, [5, 3]).assert_is(&pytorch::NEAREST_ODD);
    }
}
