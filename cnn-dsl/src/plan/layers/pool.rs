//! Pooling.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Pooling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pool {
    /// The operation.
    pub op: ir::pool::Pool,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::pool::Pool, call: Call<'_>) -> Kernel {
    Kernel::Pool(Pool { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
