//! Channel shuffle.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Channel shuffle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shuffle {
    /// The operation.
    pub op: ir::shuffle::Shuffle,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::shuffle::Shuffle, call: Call<'_>) -> Kernel {
    Kernel::Shuffle(Shuffle { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
