//! `concat`: the channels of all operands, one after the other.

use cnn_dsl::ir::Shape;

use super::value::Value;

pub(super) fn run(operands: &[&Value], to: Shape) -> Value {
    let channels = operands.iter().flat_map(|x| (0..x.shape.channels()).map(move |c| (x, c)));
    let channels: Vec<_> = channels.collect();
    Value::from_fn(to, |h, w, c| {
        let (x, channel) = channels[c];
        x.at(h, w, channel)
    })
}
