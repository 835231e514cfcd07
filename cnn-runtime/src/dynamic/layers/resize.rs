//! A new height and width.

use crate::dynamic::epilogue;
use cnn_dsl::ir::layers::resize::ResizeMode;
use cnn_dsl::plan::layers::resize::{Resize, bilinear, nearest};

pub(in crate::dynamic) fn run(k: &Resize, x: &[f32], y: &mut [f32]) {
    let [h, w, c] = k.x.shape.hwc();
    let [p, q, _] = k.y.shape.hwc();
    for (pixel, y) in y.chunks_exact_mut(c).enumerate() {
        let (row, column) = (pixel / q, pixel % q);
        let at = |row: usize, column: usize| &x[(row * w + column) * c..][..c];
        match k.op.mode {
            ResizeMode::Nearest => y.copy_from_slice(at(nearest(row, h, p), nearest(column, w, q))),
            ResizeMode::Bilinear => {
                let (rows, columns) = (bilinear(row, h, p), bilinear(column, w, q));
                let corners = [
                    at(rows.low, columns.low),
                    at(rows.low, columns.high),
                    at(rows.high, columns.low),
                    at(rows.high, columns.high),
                ];
                for (i, y) in y.iter_mut().enumerate() {
                    let [a, b, c, d] = corners.map(|corner| corner[i]);
                    let above = (1.0 - columns.fraction) * a + columns.fraction * b;
                    let below = (1.0 - columns.fraction) * c + columns.fraction * d;
                    *y = (1.0 - rows.fraction) * above + rows.fraction * below;
                }
            }
        }
        epilogue::apply(&k.epilogue, y);
    }
}
