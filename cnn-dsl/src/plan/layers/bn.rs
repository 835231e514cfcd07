//! A batch norm that could not be folded: a factor and a summand a channel.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// A batch norm that could not be folded: a factor and a summand a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bn {
    /// The operation.
    pub op: ir::bn::Bn,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}
