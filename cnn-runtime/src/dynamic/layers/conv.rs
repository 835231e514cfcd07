//! Convolution.

mod winograd;

use crate::dynamic::epilogue;
use crate::dynamic::layers::{multiply_add, tap};
use cnn_dsl::plan::layers::PANEL;
use cnn_dsl::plan::layers::conv::{Conv, Form};

pub(in crate::dynamic) fn run(
    k: &Conv,
    xs: &[&[f32]],
    y: &mut [f32],
    panels: &[f32],
    bias: &[f32],
) {
    match k.form {
        Form::Channels { .. } => channels(k, xs, y, panels, bias),
        Form::Columns { .. } => columns(k, xs[0], y, panels, bias),
        Form::Winograd { tile, .. } => winograd::run(k, tile, xs, y, panels, bias),
    }
}

/// One pixel and one panel of filters at a time.
fn channels(k: &Conv, xs: &[&[f32]], y: &mut [f32], panels: &[f32], bias: &[f32]) {
    let [_, q, filters] = k.y.shape.hwc();
    let per_group = filters / k.op.groups;
    let blocks = per_group.div_ceil(PANEL);
    let (bias, _) = bias.as_chunks::<PANEL>();
    let panel = panels.len() / bias.len();
    for (pixel, y) in y.chunks_exact_mut(filters).enumerate() {
        for (index, start) in bias.iter().enumerate() {
            let (group, block) = (index / blocks, index % blocks);
            let (panel, _) = panels[index * panel..][..panel].as_chunks::<PANEL>();
            let mut sum = *start;
            add_taps(k, xs[0], group, [pixel / q, pixel % q], panel, &mut sum);
            let lanes = PANEL.min(per_group - block * PANEL);
            let first = group * per_group + block * PANEL;
            if k.summand.is_some() {
                let summand = &xs[1][pixel * filters + first..][..lanes];
                sum.iter_mut().zip(summand).for_each(|(sum, x)| *sum += x);
            }
            epilogue::apply(&k.epilogue, &mut sum);
            y[first..][..lanes].copy_from_slice(&sum[..lanes]);
        }
    }
}

fn add_taps(
    k: &Conv,
    x: &[f32],
    group: usize,
    [p, q]: [usize; 2],
    panel: &[[f32; PANEL]],
    sum: &mut [f32; PANEL],
) {
    let [h, w, c] = k.x.shape.hwc();
    let per_group = c / k.op.groups;
    let [vertical, horizontal] = k.op.stride;
    for r in 0..k.op.kernel[0] {
        let Some(row) = tap(p, vertical, r, k.op.dilation[0], k.op.pads.top, h) else { continue };
        for s in 0..k.op.kernel[1] {
            let column = tap(q, horizontal, s, k.op.dilation[1], k.op.pads.left, w);
            let Some(column) = column else { continue };
            let x = &x[(row * w + column) * c + group * per_group..][..per_group];
            let weights = &panel[(r * k.op.kernel[1] + s) * per_group..][..per_group];
            for (&x, weights) in x.iter().zip(weights) {
                multiply_add(sum, x, weights);
            }
        }
    }
}

/// Sixteen neighbouring pixels of one filter at a time.
fn columns(k: &Conv, x: &[f32], y: &mut [f32], weights: &[f32], bias: &[f32]) {
    let [rows, q, filters] = k.y.shape.hwc();
    let filter = weights.len() / filters;
    y.fill(0.0);
    for p in 0..rows {
        for (f, &bias) in bias.iter().enumerate() {
            let weights = &weights[f * filter..][..filter];
            for first in (0..q).step_by(PANEL).map(|first| first.min(q.saturating_sub(PANEL))) {
                let mut sum = [bias; PANEL];
                add_columns(k, x, [p, first], weights, &mut sum);
                epilogue::apply(&k.epilogue, &mut sum);
                for (column, v) in (first..q).zip(sum) {
                    y[k.y.layout.index(k.y.shape, [p, column, f])] = v;
                }
            }
        }
    }
}

fn add_columns(
    k: &Conv,
    x: &[f32],
    [p, first]: [usize; 2],
    weights: &[f32],
    sum: &mut [f32; PANEL],
) {
    let [h, _, c] = k.x.shape.hwc();
    let [rows, columns] = k.op.kernel;
    let pad = usize::try_from(k.op.pads.left).unwrap_or(0);
    for r in 0..rows {
        let Some(row) = tap(p, 1, r, k.op.dilation[0], k.op.pads.top, h) else { continue };
        for s in 0..columns {
            let column = k.x.layout.left - pad + first + s * k.op.dilation[1];
            for (channel, &w) in weights[(r * columns + s) * c..][..c].iter().enumerate() {
                let start = row * k.x.layout.row(k.x.shape)
                    + channel * k.x.layout.block(k.x.shape)
                    + column;
                for (sum, x) in sum.iter_mut().zip(&x[start..start + PANEL]) {
                    *sum += x * w;
                }
            }
        }
    }
}
