//! Channel shuffle.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
