//! A range of channels: zeros in all others.

use super::name;
use crate::differentiate::Backward;
use crate::ir::layers::pad::Pad;
use crate::ir::layers::slice::Slice;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Slice, layer: &Layer, d_y: ValueId) {
    range(to, layer.inputs[0], &name(layer), [op.from, op.to], d_y);
}

/// Gives `d_y` as the gradient of the channels `from..end` of `x`.
pub(super) fn range(
    to: &mut Backward,
    x: ValueId,
    name: &str,
    [from, end]: [usize; 2],
    d_y: ValueId,
) {
    let behind = to.shape(x).channels() - end;
    to.to(x, name, Op::Pad(Pad::Channels(from as i64, behind as i64)), &[d_y]);
}
