//! A new height and width.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
