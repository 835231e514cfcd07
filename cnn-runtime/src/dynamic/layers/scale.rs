//! Multiplication by a constant.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::scale::Scale;

pub(in crate::dynamic) fn run(k: &Scale, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = x * k.op.0.0;
    }
    epilogue::apply(&k.epilogue, y);
}
