//! Pixels to channels or back.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
