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
