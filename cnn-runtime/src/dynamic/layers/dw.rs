//! Depthwise convolution.

use crate::dynamic::epilogue;
use crate::dynamic::layers::tap;
use cnn_dsl::plan::layers::dw::Dw;

pub(in crate::dynamic) fn run(k: &Dw, x: &[f32], y: &mut [f32], taps: &[f32], bias: &[f32]) {
    let [h, w, c] = k.x.shape.hwc();
    let [_, q, filters] = k.y.shape.hwc();
    let multiplier = k.op.multiplier;
    for (pixel, y) in y.chunks_exact_mut(filters).enumerate() {
        y.copy_from_slice(&bias[..filters]);
        for r in 0..k.op.kernel[0] {
            let row = tap(pixel / q, k.op.stride[0], r, k.op.dilation[0], k.op.pads.top, h);
            let Some(row) = row else { continue };
            for s in 0..k.op.kernel[1] {
                let column = tap(pixel % q, k.op.stride[1], s, k.op.dilation[1], k.op.pads.left, w);
                let Some(column) = column else { continue };
                let x = &x[(row * w + column) * c..][..c];
                let taps = &taps[(r * k.op.kernel[1] + s) * k.padded()..][..filters];
                add_tap(x, taps, multiplier, y);
            }
        }
        epilogue::apply(&k.epilogue, y);
    }
}

fn add_tap(x: &[f32], taps: &[f32], multiplier: usize, y: &mut [f32]) {
    if multiplier == 1 {
        for ((y, x), w) in y.iter_mut().zip(x).zip(taps) {
            *y += x * w;
        }
    } else {
        let filters = y.chunks_exact_mut(multiplier).zip(taps.chunks_exact(multiplier));
        for ((y, w), x) in filters.zip(x) {
            for (y, w) in y.iter_mut().zip(w) {
                *y += x * w;
            }
        }
    }
}
