//! Softmax over channels.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
