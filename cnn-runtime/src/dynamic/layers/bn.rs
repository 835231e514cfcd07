//! A batch norm that stands alone.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::bn::Bn;

pub(in crate::dynamic) fn run(k: &Bn, x: &[f32], y: &mut [f32], affine: &[f32]) {
    let channels = k.x.shape.channels();
    let (scale, shift) = affine.split_at(channels);
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
        for (((y, x), scale), shift) in y.iter_mut().zip(x).zip(scale).zip(shift) {
            *y = x * scale + shift;
        }
        epilogue::apply(&k.epilogue, y);
    }
}
