//! `mul`: the product of values; a 1x1xC one is spread over the image.

use cnn_dsl::ir::Shape;

use super::element::{Element, UNIT_ROUNDOFF};
use super::value::Value;

pub(super) fn run(operands: &[&Value], to: Shape) -> Value {
    Value::from_fn(to, |h, w, c| {
        let element = |x: &&Value| match x.shape.hwc() {
            [1, 1, _] => x.at(0, 0, c),
            [..] => x.at(h, w, c),
        };
        operands.iter().map(element).fold(Element::exact(1.0), product)
    })
}

/// `(a + da)(b + db) - ab` is at most `|a| db + |b| da + da db`, and one rounding.
fn product(a: Element, b: Element) -> Element {
    let value = a.value * b.value;
    let largest = a.magnitude() * b.magnitude();
    let brought = a.value.abs() * b.bound + a.bound * b.magnitude();
    let own = UNIT_ROUNDOFF * largest + f64::from(f32::MIN_POSITIVE);
    Element { value, bound: brought + own }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_is_spread_over_an_image() {
        let image =
            Value { shape: Shape::Image { h: 1, w: 2, c: 2 }, ..Value::vector(&[1., 2., 3., 4.]) };
        let gate =
            Value { shape: Shape::Image { h: 1, w: 1, c: 2 }, ..Value::vector(&[10., 100.]) };
        let expected = [10., 200., 30., 400.];
        assert_eq!(run(&[&image, &gate], image.shape).numbers(), expected);
        assert_eq!(run(&[&gate, &image], image.shape).numbers(), expected);
        assert_eq!(run(&[&image, &image], image.shape).numbers(), [1., 4., 9., 16.]);
    }
}
