//! Element-wise functions of their own.

use crate::dynamic::epilogue;
use crate::math;
use cnn_dsl::plan::layers::activation::Elementwise;

pub(in crate::dynamic) fn run(k: &Elementwise, x: &[f32], y: &mut [f32], weights: &[&[f32]]) {
    y.copy_from_slice(x);
    if let [slopes] = weights {
        for y in y.chunks_exact_mut(slopes.len()) {
            for (y, &slope) in y.iter_mut().zip(*slopes) {
                *y = math::leaky_relu(*y, slope);
            }
        }
    }
    epilogue::apply(&k.functions, y);
}
