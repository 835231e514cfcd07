//! A range of channels.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// A range of channels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The operation.
    pub op: ir::slice::Slice,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}
