//! Transposed convolution; kernel in panels.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// Transposed convolution; kernel in panels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deconv {
    /// The operation.
    pub op: ir::deconv::Deconv,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}
