//! Product of several operands; a 1x1xC one is spread over all pixels.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::mul::Mul;

pub(in crate::dynamic) fn run(k: &Mul, xs: &[&[f32]], y: &mut [f32]) {
    let channels = k.y.shape.channels();
    for (index, x) in xs.iter().enumerate() {
        // An operand of one pixel is repeated; one of the result's size is gone through once.
        for (y, x) in y.chunks_exact_mut(channels).zip(x.chunks_exact(channels).cycle()) {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = if index == 0 { x } else { *y * x };
            }
        }
    }
    epilogue::apply(&k.epilogue, y);
}
