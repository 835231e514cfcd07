//! A fully connected layer.

use crate::dynamic::epilogue;
use crate::dynamic::layers::multiply_add;
use crate::simd::portable;
use cnn_dsl::plan::layers::PANEL;
use cnn_dsl::plan::layers::dense::{Dense, Form};

pub(in crate::dynamic) fn run(k: &Dense, x: &[f32], y: &mut [f32], weights: &[f32], bias: &[f32]) {
    match k.form {
        Form::Units { .. } => units(k, x, y, weights, bias),
        Form::Inputs { sums } => {
            for ((y, weights), bias) in y.iter_mut().zip(weights.chunks_exact(x.len())).zip(bias) {
                *y = product(x, weights, sums) + bias;
            }
            epilogue::apply(&k.epilogue, y);
        }
    }
}

/// A panel of units at a time.
fn units(k: &Dense, x: &[f32], y: &mut [f32], panels: &[f32], bias: &[f32]) {
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

/// By so many vectors of partial sums.
fn product(x: &[f32], weights: &[f32], sums: usize) -> f32 {
    let mut partial = vec![[0.0; PANEL]; sums];
    for (i, (x, w)) in x.iter().zip(weights).enumerate() {
        partial[i / PANEL % sums][i % PANEL] += x * w;
    }
    let mut sum = partial[0];
    for more in &partial[1..] {
        for (sum, x) in sum.iter_mut().zip(more) {
            *sum += x;
        }
    }
    portable::sum(portable::of(sum))
}
