//! Zeros around, or cropping.

use crate::dynamic::epilogue;
use cnn_dsl::ir::layers::pad;
use cnn_dsl::plan::layers::pad::Pad;

pub(in crate::dynamic) fn run(k: &Pad, x: &[f32], y: &mut [f32]) {
    let [h, w, c] = k.x.shape.hwc();
    let [_, q, channels] = k.y.shape.hwc();
    let (top, left, before) = match k.op {
        pad::Pad::Image(pads) => (pads.top, pads.left, 0),
        pad::Pad::Channels(before, _) => (0, 0, before),
    };
    let inside = |at: usize, pad: i64, size: usize| {
        usize::try_from(at as i64 - pad).ok().filter(|&at| at < size)
    };
    for (pixel, y) in y.chunks_exact_mut(channels).enumerate() {
        let (row, column) = (inside(pixel / q, top, h), inside(pixel % q, left, w));
        for (channel, y) in y.iter_mut().enumerate() {
            *y = match (row, column, inside(channel, before, c)) {
                (Some(row), Some(column), Some(channel)) => x[(row * w + column) * c + channel],
                _ => 0.0,
            };
        }
        epilogue::apply(&k.epilogue, y);
    }
}
