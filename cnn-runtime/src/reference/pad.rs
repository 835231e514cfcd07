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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use cnn_dsl::ir::Pads;

    #[test]
    fn zeros_and_crops() {
        let pads = Pads { top: -1, bottom: 1, left: 2, right: -1 };
        let to = Shape::Image { h: 3, w: 4, c: 2 };
        run(&Pad::Image(pads), &Value::pattern(3, 3, 2), to).assert_is(&pytorch::PAD);
    }

    #[test]
    fn channels_before_and_behind() {
        let x = Value::vector(&[1.0, 2.0, 3.0]);
        let pad = |before, after, c| run(&Pad::Channels(before, after), &x, Shape::Vector(c));
        assert_eq!(pad(1, 2, 6).numbers(), [0.0, 1.0, 2.0, 3.0, 0.0, 0.0]);
        assert_eq!(pad(-1, 1, 3).numbers(), [2.0, 3.0, 0.0]);
        assert_eq!(pad(1, -2, 2).numbers(), [0.0, 1.0]);
    }
}
