//! Sum of several operands.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::add::Add;

pub(in crate::dynamic) fn run(k: &Add, xs: &[&[f32]], y: &mut [f32]) {
    y.copy_from_slice(xs[0]);
    for x in &xs[1..] {
        for (y, x) in y.iter_mut().zip(*x) {
            *y += x;
        }
    }
    epilogue::apply(&k.epilogue, y);
}
