//! Zeros around, or cropping.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
