//! A fully connected layer.

use crate::dynamic::epilogue;
use crate::dynamic::layers::multiply_add;
use cnn_dsl::plan::layers::PANEL;
use cnn_dsl::plan::layers::dense::Dense;

pub(in crate::dynamic) fn run(k: &Dense, x: &[f32], y: &mut [f32], panels: &[f32], bias: &[f32]) {
    let (panels, _) = panels.as_chunks::<PANEL>();
    let (bias, _) = bias.as_chunks::<PANEL>();
    let panels = panels.chunks_exact(x.len());
    for ((y, panel), start) in y.chunks_mut(PANEL).zip(panels).zip(bias) {
        let mut sum = *start;
        for (&x, weights) in x.iter().zip(panel) {
            multiply_add(&mut sum, x, weights);
        }
        epilogue::apply(&k.epilogue, &mut sum);
        y.copy_from_slice(&sum[..y.len()]);
    }
}
