//! The kernels: one file an operation, of the same name as in `plan/layers`, where it is said what
//! each computes, from which layouts, and in which order it sums.

pub(super) mod activation;
pub(super) mod add;
pub(super) mod bn;
pub(super) mod concat;
pub(super) mod conv;
pub(super) mod deconv;
pub(super) mod dense;
pub(super) mod depth;
pub(super) mod dw;
pub(super) mod input;
pub(super) mod lrn;
pub(super) mod mul;
pub(super) mod pad;
pub(super) mod pool;
pub(super) mod resize;
pub(super) mod scale;
pub(super) mod shuffle;
pub(super) mod slice;
pub(super) mod softmax;
pub(super) mod split;

use cnn_dsl::plan::layers::PANEL;

/// `sum[l] += x * w[l]`: multiplied, then added, never fused, as in emitted code.
fn multiply_add(sum: &mut [f32; PANEL], x: f32, w: &[f32; PANEL]) {
    for (sum, w) in sum.iter_mut().zip(w) {
        *sum += x * w;
    }
}

/// The index along one axis that output `p` reads at tap `r`, if it lies in the image.
fn tap(p: usize, stride: usize, r: usize, dilation: usize, pad: i64, size: usize) -> Option<usize> {
    let at = (p * stride + r * dilation) as i64 - pad;
    usize::try_from(at).ok().filter(|&at| at < size)
}
