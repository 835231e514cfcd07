//! Transposed convolution; kernel in panels.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// A transposed convolution with folded batch norm. Weights: panels
/// `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`, then biases (always there).
///
/// Every output element is gathered, not scattered: its sum starts from the bias and goes over r,
/// s, c in this order, over the taps for which `p + top - r*dilation` is a multiple of the stride
/// that lies in the operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deconv {
    /// The operation.
    pub op: ir::deconv::Deconv,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Width of a panel.
    pub lanes: usize,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::deconv::Deconv, mut call: Call<'_>) -> Kernel {
    call.panels(op.groups, PANEL);
    call.bias(op.filters, op.groups, PANEL);
    Kernel::Deconv(Deconv {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        lanes: PANEL,
        epilogue: call.epilogue,
    })
}
