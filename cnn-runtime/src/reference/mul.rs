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
