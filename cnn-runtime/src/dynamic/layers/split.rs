//! The channels in several parts.

use cnn_dsl::plan::layers::split::Split;

pub(in crate::dynamic) fn run(k: &Split, x: &[f32], ys: &mut [&mut [f32]]) {
    let channels = k.x.shape.channels();
    let mut first = 0;
    for (y, view) in ys.iter_mut().zip(&k.ys) {
        let width = view.shape.channels();
        for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(width)) {
            y.copy_from_slice(&x[first..first + width]);
        }
        first += width;
    }
}
