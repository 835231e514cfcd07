//! Multiplication by a constant.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
