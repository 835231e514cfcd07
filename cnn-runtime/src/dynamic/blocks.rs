//! Values in blocks of channels, or with columns beside: made dense for kernels, and put back.

use cnn_dsl::plan::Buffer;
use std::borrow::Cow;

/// The value, dense.
pub(super) fn dense<'x>(x: &'x [f32], buffer: &Buffer) -> Cow<'x, [f32]> {
    if buffer.within.is_none() && buffer.layout.is_dense(buffer.shape) {
        return Cow::Borrowed(x);
    }
    Cow::Owned(places(buffer).map(|place| x[place]).collect())
}

/// A dense value into its layout, with zeros beside. Between its rows may lie other values.
pub(super) fn place(x: &[f32], y: &mut [f32], buffer: &Buffer) {
    let row = buffer.layout.row(buffer.shape);
    for y in y.chunks_mut(buffer.stride) {
        y[..row].fill(0.0);
    }
    for (x, place) in x.iter().zip(places(buffer)) {
        y[place] = *x;
    }
}

/// Where the elements lie, in dense order.
fn places(buffer: &Buffer) -> impl Iterator<Item = usize> {
    let Buffer { shape, layout, stride, .. } = *buffer;
    let [height, width, channels] = shape.hwc();
    (0..height * width * channels).map(move |at| {
        let (pixel, c) = (at / channels, at % channels);
        pixel / width * stride + layout.index(shape, [0, pixel % width, c])
    })
}
