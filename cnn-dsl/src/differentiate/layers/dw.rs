//! Depthwise convolution: `d_x` is a depthwise convolution of `d_y` with the kernel turned round.
//!
//! With several filters a channel it is one of as many channels as there are filters, each channel
//! of the operand repeated for its filters: what they give is summed.

use super::conv::{Window, turn};
use super::{name, shuffle, weights};
use crate::differentiate::Backward;
use crate::ir::gradient::Linear;
use crate::ir::layers::add::Add;
use crate::ir::layers::concat::Concat;
use crate::ir::layers::dw::Dw;
use crate::ir::layers::slice::Slice;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Dw, layer: &Layer, d_y: ValueId) {
    let x = layer.inputs[0];
    let seen = repeated(to, layer, x, op.multiplier);
    let op = Dw { multiplier: 1, ..op.clone() };
    weights(to, Linear::Dw(op.clone()), layer, [seen, d_y]);
    let window =
        Window { kernel: op.kernel, stride: op.stride, dilation: op.dilation, pads: op.pads };
    let turned = |pads| Linear::Dw(Dw { stride: [1, 1], pads, bias: false, ..op.clone() });
    let sizes = to.shape(seen).hwc();
    let d_seen = turn(to, layer, sizes, &window, d_y, turned);
    let d_x = summed(to, layer, d_seen, to.shape(x).channels());
    to.give(x, d_x);
}

/// Each channel of `x` so many times, one behind the other.
fn repeated(to: &mut Backward, layer: &Layer, x: ValueId, times: usize) -> ValueId {
    if times == 1 {
        return x;
    }
    let (shape, name) = (to.shape(x), name(layer));
    let all = shape.with_channels(shape.channels() * times);
    let copies = to.made(&format!("{name}.copies"), Op::Concat(Concat), &vec![x; times], all, None);
    shuffle(to, &format!("{name}.repeated"), copies, times)
}

/// The sums of neighbouring channels, `channels` in all.
fn summed(to: &mut Backward, layer: &Layer, d_seen: ValueId, channels: usize) -> ValueId {
    let (all, name) = (to.shape(d_seen), name(layer));
    let times = all.channels() / channels;
    if times == 1 {
        return d_seen;
    }
    let shape = all.with_channels(channels);
    let apart = shuffle(to, &format!("{name}.apart"), d_seen, channels);
    let one = |time: usize| {
        let op = Op::Slice(Slice { from: time * channels, to: (time + 1) * channels });
        to.made(&format!("{name}.{time}"), op, &[apart], shape, None)
    };
    let summands: Vec<_> = (0..times).map(one).collect();
    to.made(&format!("{name}.sum"), Op::Add(Add), &summands, shape, None)
}
