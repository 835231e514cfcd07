//! Pixels to channels or back.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Pixels to channels or back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Depth {
    /// The operation.
    pub op: ir::depth::Depth,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::depth::Depth, call: Call<'_>) -> Kernel {
    Kernel::Depth(Depth { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
