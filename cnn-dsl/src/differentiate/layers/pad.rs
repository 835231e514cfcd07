//! Zeros around, or cropping: the other way about.

use super::name;
use crate::differentiate::Backward;
use crate::ir::layers::pad::Pad;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Pad, layer: &Layer, d_y: ValueId) {
    let op = match *op {
        Pad::Image(pads) => Pad::Image(pads.map(|pad| -pad)),
        Pad::Channels(before, after) => Pad::Channels(-before, -after),
    };
    to.to(layer.inputs[0], &name(layer), Op::Pad(op), &[d_y]);
}
