//! Multiplication by a constant.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Multiplication by a constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scale {
    /// The operation.
    pub op: ir::scale::Scale,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::scale::Scale, call: Call<'_>) -> Kernel {
    Kernel::Scale(Scale { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
