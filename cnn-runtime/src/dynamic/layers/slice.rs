//! A range of channels, or a copy in another layout.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::slice::Slice;

pub(in crate::dynamic) fn run(k: &Slice, x: &[f32], y: &mut [f32]) {
    let (channels, width) = (k.x.shape.channels(), k.op.to - k.op.from);
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(width)) {
        y.copy_from_slice(&x[k.op.from..k.op.to]);
        epilogue::apply(&k.epilogue, y);
    }
}
