//! Pixels to channels or back.

use crate::dynamic::epilogue;
use cnn_dsl::plan::layers::depth::Depth;

pub(in crate::dynamic) fn run(k: &Depth, x: &[f32], y: &mut [f32]) {
    let block = k.op.block;
    // `deep` has the channels, `wide` the pixels.
    let (deep, wide) = if k.op.to_space { (k.x, k.y) } else { (k.y, k.x) };
    let [_, w, c] = wide.shape.hwc();
    for pixel in 0..wide.shape.len() / c {
        let (row, column) = (pixel / w, pixel % w);
        let square = (row % block) * block + column % block;
        let at = deep.layout.index(deep.shape, [row / block, column / block, square * c]);
        if k.op.to_space {
            y[pixel * c..][..c].copy_from_slice(&x[at..][..c]);
        } else {
            y[at..][..c].copy_from_slice(&x[pixel * c..][..c]);
        }
    }
    epilogue::apply(&k.epilogue, y);
}
