//! Values in blocks of channels, or with columns beside: made dense for kernels, and put back.

use cnn_dsl::ir::Shape;
use cnn_dsl::plan::Layout;
use std::borrow::Cow;

/// The value, dense.
pub(super) fn dense(x: &[f32], (shape, layout): (Shape, Layout)) -> Cow<'_, [f32]> {
    if layout.is_dense(shape) {
        return Cow::Borrowed(x);
    }
    Cow::Owned(places(shape, layout).map(|place| x[place]).collect())
}

/// A dense value into its layout, with zeros beside.
pub(super) fn place(x: &[f32], y: &mut [f32], (shape, layout): (Shape, Layout)) {
    y.fill(0.0);
    for (x, place) in x.iter().zip(places(shape, layout)) {
        y[place] = *x;
    }
}

/// Where the elements lie, in dense order.
fn places(shape: Shape, layout: Layout) -> impl Iterator<Item = usize> {
    let [height, width, channels] = shape.hwc();
    (0..height * width * channels).map(move |at| {
        let (pixel, c) = (at / channels, at % channels);
        layout.index(shape, [pixel / width, pixel % width, c])
    })
}
