//! Softmax over channels.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Softmax over channels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Softmax {
    /// The operation.
    pub op: ir::softmax::Softmax,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::softmax::Softmax, call: Call<'_>) -> Kernel {
    Kernel::Softmax(Softmax { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
