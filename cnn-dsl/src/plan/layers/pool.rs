//! Pooling.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
