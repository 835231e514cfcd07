//! Transposed convolution: it is `d_x` of a convolution, and so `d_x` of it is that convolution.

use super::conv::crop;
use super::{learns, name, weights};
use crate::differentiate::Backward;
use crate::ir::gradient::{Gradient, Linear};
use crate::ir::layers::conv::Conv;
use crate::ir::layers::deconv::Deconv;
use crate::ir::{Layer, Op, Pads, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Deconv, layer: &Layer, d_y: ValueId) {
    let (x, name) = (layer.inputs[0], name(layer));
    if op.bias && learns(to, layer) {
        let biases = Op::Gradient(Gradient::Biases);
        to.layer(&format!("{name}.biases"), biases, &[d_y], &[], layer.weights);
    }
    // Rows that are added to the full result by whole strides: no window begins there.
    let added = [0, 1].map(|axis| (op.output_pad[axis] / op.stride[axis] * op.stride[axis]) as i64);
    let Pads { top, bottom, left, right } = op.pads;
    let pads = Pads { top, bottom: bottom - added[0], left, right: right - added[1] };
    let d_y = crop(to, &name, d_y, pads);
    let shape = to.shape(x);
    let conv = Conv {
        kernel: op.kernel,
        filters: shape.channels(),
        stride: op.stride,
        dilation: op.dilation,
        pads: pads.map(|pad| pad.max(0)),
        groups: op.groups,
        bias: false,
    };
    weights(to, Linear::Conv(conv.clone()), layer, [d_y, x]);
    let turned = Op::Gradient(Gradient::Turned(Linear::Conv(conv)));
    let d_x = to.made(&name, turned, &[d_y], shape, layer.weights);
    to.give(x, d_x);
}
