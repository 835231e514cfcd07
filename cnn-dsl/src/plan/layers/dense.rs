//! A fully connected layer.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// A fully connected layer with folded batch norm. Weights: panels of `lanes` units, then biases
/// (always there). The sum of each unit starts from the bias and goes over the inputs in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dense {
    /// The operation.
    pub op: ir::dense::Dense,
    /// Operand, dense.
    pub x: View,
    /// Result, dense.
    pub y: View,
    /// Width of a panel.
    pub lanes: usize,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::dense::Dense, mut call: Call<'_>) -> Kernel {
    call.panels(1, PANEL);
    call.bias(op.units, 1, PANEL);
    Kernel::Dense(Dense {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        lanes: PANEL,
        unroll: call.unroll,
        epilogue: call.epilogue,
    })
}
