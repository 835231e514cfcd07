//! Softmax over channels.

use crate::dynamic::epilogue;
use crate::math;
use cnn_dsl::plan::layers::softmax::Softmax;

pub(in crate::dynamic) fn run(k: &Softmax, x: &[f32], y: &mut [f32]) {
    let channels = k.x.shape.channels();
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
        math::softmax(x, y);
    }
    epilogue::apply(&k.epilogue, y);
}
