//! Transposed convolution.

use crate::dynamic::epilogue;
use crate::dynamic::layers::multiply_add;
use cnn_dsl::plan::layers::PANEL;
use cnn_dsl::plan::layers::deconv::Deconv;

pub(in crate::dynamic) fn run(k: &Deconv, x: &[f32], y: &mut [f32], panels: &[f32], bias: &[f32]) {
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
            add_taps(k, x, group, [pixel / q, pixel % q], panel, &mut sum);
            epilogue::apply(&k.epilogue, &mut sum);
            let lanes = PANEL.min(per_group - block * PANEL);
            y[group * per_group + block * PANEL..][..lanes].copy_from_slice(&sum[..lanes]);
        }
    }
}

fn add_taps(
    k: &Deconv,
    x: &[f32],
    group: usize,
    [p, q]: [usize; 2],
    panel: &[[f32; PANEL]],
    sum: &mut [f32; PANEL],
) {
    let [h, w, c] = k.x.shape.hwc();
    let per_group = c / k.op.groups;
    for r in 0..k.op.kernel[0] {
        let row = source(p, k.op.stride[0], r * k.op.dilation[0], k.op.pads.top, h);
        let Some(row) = row else { continue };
        for s in 0..k.op.kernel[1] {
            let column = source(q, k.op.stride[1], s * k.op.dilation[1], k.op.pads.left, w);
            let Some(column) = column else { continue };
            let x = &x[(row * w + column) * c + group * per_group..][..per_group];
            let weights = &panel[(r * k.op.kernel[1] + s) * per_group..][..per_group];
            for (&x, weights) in x.iter().zip(weights) {
                multiply_add(sum, x, weights);
            }
        }
    }
}

/// The operand's index that reaches output `p` through a tap `reach` before it, if there is one.
fn source(p: usize, stride: usize, reach: usize, pad: i64, size: usize) -> Option<usize> {
    let at = usize::try_from(p as i64 + pad - reach as i64).ok()?;
    (at % stride == 0 && at / stride < size).then_some(at / stride)
}
