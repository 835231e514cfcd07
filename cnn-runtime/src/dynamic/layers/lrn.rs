//! Local response normalisation.

use crate::dynamic::epilogue;
use crate::math;
use cnn_dsl::plan::layers::lrn::Lrn;

pub(in crate::dynamic) fn run(k: &Lrn, x: &[f32], y: &mut [f32]) {
    let channels = k.x.shape.channels();
    for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
        math::lrn(x, y, k.op.size, k.op.factor(), k.op.beta.0, k.op.k.0);
    }
    epilogue::apply(&k.epilogue, y);
}
