//! `split`: the channels in several parts, each a result of its own.

use cnn_dsl::ir::layers::split::Split;

use super::value::Value;

pub(super) fn run(op: &Split, x: &Value) -> Vec<Value> {
    let mut first = 0;
    let part = |&channels: &usize| {
        let from = first;
        first += channels;
        Value::from_fn(x.shape.with_channels(channels), |h, w, c| x.at(h, w, from + c))
    };
    op.parts.iter().map(part).collect()
}
