//! Depthwise convolution: `d_x` is a depthwise convolution of `d_y` with the kernel turned round.

use super::conv::{Window, turn};
use super::weights;
use crate::differentiate::Backward;
use crate::ir::gradient::Linear;
use crate::ir::layers::dw::Dw;
use crate::ir::{Layer, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Dw, layer: &Layer, d_y: ValueId) {
    weights(to, Linear::Dw(op.clone()), layer, d_y);
    let sizes = to.shape(layer.inputs[0]).hwc();
    let window =
        Window { kernel: op.kernel, stride: op.stride, dilation: op.dilation, pads: op.pads };
    let turned = |pads| Linear::Dw(Dw { stride: [1, 1], pads, bias: false, ..op.clone() });
    turn(to, layer, sizes, &window, d_y, turned);
}
