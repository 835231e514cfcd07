//! A range of channels, or a copy in another layout.

use crate::dynamic::epilogue;
use cnn_dsl::plan::Layout;
use cnn_dsl::plan::layers::slice::Slice;

pub(in crate::dynamic) fn run(k: &Slice, x: &[f32], y: &mut [f32]) {
    let [_, w, channels] = k.x.shape.hwc();
    let width = k.op.to - k.op.from;
    // What is copied by blocks has been made dense.
    let layout = if k.is_of_blocks() { Layout::dense(k.y.shape) } else { k.y.layout };
    let mut values = vec![0.0; width];
    y.fill(0.0);
    for (pixel, x) in x.chunks_exact(channels).enumerate() {
        values.copy_from_slice(&x[k.op.from..k.op.to]);
        epilogue::apply(&k.epilogue, &mut values);
        for (c, v) in values.iter().enumerate() {
            y[layout.index(k.y.shape, [pixel / w, pixel % w, c])] = *v;
        }
    }
}
