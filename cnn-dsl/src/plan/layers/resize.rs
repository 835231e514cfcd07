//! A new height and width.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// A new height and width.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resize {
    /// The operation.
    pub op: ir::resize::Resize,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::resize::Resize, call: Call<'_>) -> Kernel {
    Kernel::Resize(Resize { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}

/// Where output `p` of `output` lies between two neighbours of `input` along one axis:
/// `(1 - fraction) * x[low] + fraction * x[high]`. Columns are weighed first, then rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// The neighbour before.
    pub low: usize,
    /// The neighbour behind, the last one repeated.
    pub high: usize,
    /// How far it is from the one before.
    pub fraction: f32,
}

/// The source of output `p` in the mode `Bilinear`.
pub fn bilinear(p: usize, input: usize, output: usize) -> Between {
    let at = ((p as f64 + 0.5) * input as f64 / output as f64 - 0.5).max(0.0);
    let low = (at as usize).min(input - 1);
    Between { low, high: (low + 1).min(input - 1), fraction: (at - low as f64) as f32 }
}

/// The source of output `p` in the mode `Nearest`.
pub fn nearest(p: usize, input: usize, output: usize) -> usize {
    p * input / output
}
