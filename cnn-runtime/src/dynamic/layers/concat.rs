//! Concatenation of several operands.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::concat::Concat;

pub(in crate::dynamic) fn run(k: &Concat, xs: &[&[f32]], y: &mut [f32]) {
    let channels = k.y.shape.channels();
    let mut first = 0;
    for (x, view) in xs.iter().zip(&k.xs) {
        let width = view.shape.channels();
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(channels)) {
            y[first..first + width].copy_from_slice(x);
        }
        first += width;
    }
    epilogue::apply(&k.epilogue, y);
}
