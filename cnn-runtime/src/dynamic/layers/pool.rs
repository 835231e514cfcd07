//! Pooling.

use crate::dynamic::epilogue;
use cnn_dsl::ir::layers::pool::PoolKind;
use cnn_dsl::plan::layers::pool::Pool;

pub(in crate::dynamic) fn run(k: &Pool, x: &[f32], y: &mut [f32]) {
    let [_, w, c] = k.x.shape.hwc();
    let [_, q, _] = k.y.shape.hwc();
    for (pixel, y) in y.chunks_exact_mut(c).enumerate() {
        let window = k.window([pixel / q, pixel % q]);
        let pixels = || {
            let columns = window.columns.clone();
            let rows = window.rows.clone();
            rows.flat_map(move |h| columns.clone().map(move |v| &x[(h * w + v) * c..][..c]))
        };
        match k.op.kind {
            PoolKind::Max => {
                y.fill(f32::NEG_INFINITY);
                for x in pixels() {
                    for (y, &x) in y.iter_mut().zip(x) {
                        // The second question keeps NaN, whose comparisons are all false.
                        *y = if x > *y || x.is_nan() { x } else { *y };
                    }
                }
            }
            PoolKind::Average => {
                y.fill(0.0);
                for x in pixels() {
                    for (y, x) in y.iter_mut().zip(x) {
                        *y += x;
                    }
                }
                for y in y.iter_mut() {
                    *y /= window.count as f32;
                }
            }
        }
        epilogue::apply(&k.epilogue, y);
    }
}
