//! Zeros around, or cropping.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Zeros around, or cropping.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pad {
    /// The operation.
    pub op: ir::pad::Pad,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

impl Pad {
    /// Whether it is computed a row at a time.
    pub fn is_by_rows(&self) -> bool {
        match self.op {
            ir::pad::Pad::Image(_) => true,
            ir::pad::Pad::Channels(..) => false,
        }
    }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::pad::Pad, call: Call<'_>) -> Kernel {
    Kernel::Pad(Pad { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
