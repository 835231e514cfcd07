//! Which parameters an optimizer changes, as few long ranges as there can be.

use cnn_weights::{Role, Tensor};
use std::ops::Range;

/// A range of the parameters that are trained alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::train) struct Span {
    pub range: Range<usize>,
    /// Whether weight decay acts on it.
    pub decays: bool,
}

/// The trained ranges of these tensors: neither frozen nor running statistics. Neighbours of one kind
/// are one range. Weight decay acts on `all`, or on kernels alone.
pub(in crate::train) fn spans(tensors: &[Tensor], frozen: &[bool], all: bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    for (tensor, &frozen) in tensors.iter().zip(frozen) {
        let range = start..start + tensor.len();
        start = range.end;
        if frozen || tensor.role.is_statistic() {
            continue;
        }
        let decays = all || is_kernel(tensor.role);
        match spans.last_mut() {
            Some(last) if last.range.end == range.start && last.decays == decays => {
                last.range.end = range.end;
            }
            Some(_) | None => spans.push(Span { range, decays }),
        }
    }
    spans
}

fn is_kernel(role: Role) -> bool {
    match role {
        Role::Kernel { .. }
        | Role::DepthwiseKernel
        | Role::DeconvKernel { .. }
        | Role::DenseKernel { .. } => true,
        Role::Bias
        | Role::Gamma
        | Role::Beta
        | Role::MovingMean
        | Role::MovingVariance
        | Role::Alpha => false,
    }
}

/// Partial sums side by side: the loop becomes vector code, and its order is fixed.
const LANES: usize = 16;

/// `||x||^2` in `f64`, which no `f32` overflows.
pub(in crate::train) fn sum_of_squares(x: &[f32]) -> f64 {
    let mut sums = [0.0f64; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(x) * f64::from(x);
        }
    }
    for (sum, &x) in sums.iter_mut().zip(rest) {
        *sum += f64::from(x) * f64::from(x);
    }
    sums.iter().sum()
}
