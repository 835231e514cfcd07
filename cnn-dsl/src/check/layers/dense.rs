//! `dense OUT`.

use crate::check::arguments::{Arguments, Value};
use crate::check::layers::ShapeError;
use crate::check::layers::reader::Reader;
use crate::ir::layers::dense::Dense;
use crate::ir::shape::MAX_ELEMENTS;
use crate::ir::{Op, Shape};

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "the number of its outputs", "dense 10");
    let units = given.and_then(|g| r.integer(&g.value, g.place(), "the number of outputs", 1));
    // Batch norm behind takes the bias from convolutions only.
    let bias = r.either(["bias", "no_bias"]) != Some("no_bias");
    let input = r.read()?;
    let [h, w, _] = input.shape.hwc();
    if h * w != 1 {
        let units = given.map_or_else(|| "10".to_owned(), |given| r.text(given.span));
        return r.fail(ShapeError::DenseNeedsVector { units, input });
    }
    Some(Op::Dense(Dense { units: units?, bias, flattened: r.operands[0].flattened }))
}

/// The result's shape, which does not depend on what is read: behind a mistake it is what gives the
/// model's stub the signatures that its users rely on.
pub(super) fn result(args: &Arguments) -> Option<Shape> {
    let Value::Number(units) = &args.positional.first()?.value else { return None };
    let units = usize::try_from(units.to_integer()?).ok()?;
    (1..=MAX_ELEMENTS).contains(&units).then_some(Shape::Vector(units))
}
