//! `slice`: a half-open range of channels.

use cnn_dsl::ir::layers::slice::Slice;

use super::value::Value;

pub(super) fn run(op: &Slice, x: &Value) -> Value {
    Value::from_fn(x.shape.with_channels(op.to - op.from), |h, w, c| x.at(h, w, op.from + c))
}
