//! A fully connected layer.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// A fully connected layer with folded batch norm. Weights: panels of `lanes` units, then biases.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dense {
    /// The operation.
    pub op: ir::dense::Dense,
    /// Operand, dense.
    pub x: View,
    /// Result, dense.
    pub y: View,
    /// Width of a panel.
    pub lanes: usize,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}
