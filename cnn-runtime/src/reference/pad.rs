//! `pad`: zeros around, or cropping where the numbers are negative.

use cnn_dsl::ir::{Shape, layers::pad::Pad};

use super::element::Element;
use super::value::Value;

pub(super) fn run(op: &Pad, x: &Value, to: Shape) -> Value {
    let zero = Element::exact(0.0);
    Value::from_fn(to, |h, w, c| match op {
        Pad::Image(pads) => {
            x.at_padded(h as i64 - pads.top, w as i64 - pads.left, c).unwrap_or(zero)
        }
        Pad::Channels(before, _) => {
            let channel = usize::try_from(c as i64 - before).ok();
            let channel = channel.filter(|&c| c < x.shape.channels());
            channel.map_or(zero, |c| x.at(h, w, c))
        }
    })
}
