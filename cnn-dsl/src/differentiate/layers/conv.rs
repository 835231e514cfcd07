//! Convolution: `d_x` is a convolution of `d_y` with the kernel turned round; where the stride is
//! more than 1, of `d_y` with zeros between its pixels.

use super::{name, weights};
use crate::differentiate::Backward;
use crate::ir::gradient::{Gradient, Linear};
use crate::ir::layers::conv::Conv;
use crate::ir::layers::pad::Pad;
use crate::ir::{Layer, Op, Pads, Shape, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Conv, layer: &Layer, d_y: ValueId) {
    let x = layer.inputs[0];
    weights(to, Linear::Conv(op.clone()), layer, [x, d_y]);
    let [h, w, c] = to.shape(x).hwc();
    let window =
        Window { kernel: op.kernel, stride: op.stride, dilation: op.dilation, pads: op.pads };
    let turned =
        |pads| Linear::Conv(Conv { filters: c, stride: [1, 1], pads, bias: false, ..op.clone() });
    let d_x = turn(to, layer, [h, w, c], &window, d_y, turned);
    to.give(x, d_x);
}

/// What slides over an image.
pub(super) struct Window {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    pub pads: Pads,
}

/// `d_x`, of these sizes, of a layer with such a window by the layer `turned`, which gets its pads.
pub(super) fn turn(
    to: &mut Backward,
    layer: &Layer,
    [h, w, c]: [usize; 3],
    window: &Window,
    d_y: ValueId,
    turned: impl Fn(Pads) -> Linear,
) -> ValueId {
    let name = name(layer);
    let Window { kernel, stride, dilation, pads } = window;
    let [p, q, k] = to.shape(d_y).hwc();
    let turned = |pads| Op::Gradient(Gradient::Turned(turned(pads)));
    let far = *stride != [1, 1];
    if far && *kernel == [1, 1] && *pads == Pads::default() {
        // Each pixel of the operand is seen once or not at all.
        let image = Shape::Image { h: p, w: q, c };
        let d_x = to.made(&name, turned(Pads::default()), &[d_y], image, layer.weights);
        let op = Op::Gradient(Gradient::Spread { stride: *stride, size: [h, w] });
        return to.made(&format!("{name}.stride"), op, &[d_x], Shape::Image { h, w, c }, None);
    }
    let [p, q] = [(p - 1) * stride[0] + 1, (q - 1) * stride[1] + 1];
    let mut d_y = d_y;
    if far {
        let op = Op::Gradient(Gradient::Spread { stride: *stride, size: [p, q] });
        let image = Shape::Image { h: p, w: q, c: k };
        d_y = to.made(&format!("{name}.stride"), op, &[d_y], image, None);
    }
    let reach = [0, 1].map(|axis| ((kernel[axis] - 1) * dilation[axis]) as i64);
    let (top, left) = (reach[0] - pads.top, reach[1] - pads.left);
    let bottom = h as i64 - p as i64 - top + reach[0];
    let right = w as i64 - q as i64 - left + reach[1];
    let pads = Pads { top, bottom, left, right };
    // Pads beyond the kernel's reach: nothing of these pixels is seen.
    let d_y = crop(to, &name, d_y, pads);
    let image = Shape::Image { h, w, c };
    to.made(&name, turned(pads.map(|pad| pad.max(0))), &[d_y], image, layer.weights)
}

/// The image without the rows and columns that negative pads take away.
pub(super) fn crop(to: &mut Backward, name: &str, image: ValueId, pads: Pads) -> ValueId {
    let crop = pads.map(|pad| pad.min(0));
    if crop == Pads::default() {
        return image;
    }
    let [h, w, c] = to.shape(image).hwc();
    let [h, w] = [h as i64 + crop.top + crop.bottom, w as i64 + crop.left + crop.right];
    let shape = Shape::Image { h: h as usize, w: w as usize, c };
    to.made(&format!("{name}.crop"), Op::Pad(Pad::Image(crop)), &[image], shape, None)
}
