//! Depthwise convolution.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// A depthwise convolution with folded batch norm. Weights: taps, then biases (always there).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dw {
    /// The operation.
    pub op: ir::dw::Dw,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}
