//! Channel shuffle.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::shuffle::Shuffle;

pub(in crate::dynamic) fn run(k: &Shuffle, x: &[f32], y: &mut [f32]) {
    let channels = k.x.shape.channels();
    let per_group = channels / k.op.groups;
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
        for (c, x) in x.iter().enumerate() {
            y[c % per_group * k.op.groups + c / per_group] = *x;
        }
    }
    epilogue::apply(&k.epilogue, y);
}
