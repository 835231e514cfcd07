//! `scale`: multiplication by a constant.

use cnn_dsl::ir::layers::scale::Scale;

use super::value::Value;

pub(super) fn run(op: &Scale, x: &Value) -> Value {
    let factor = f64::from(op.0.0);
    x.map(|x, _| x.map(|x| x * factor, factor.abs(), 1.0, 0.0))
}
