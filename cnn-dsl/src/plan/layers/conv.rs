//! Convolution: its form, its tile, and how its weights are packed.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

/// A convolution with folded batch norm. Weights: panels, then biases (always there).
///
/// The sum of each output element starts from the bias and goes over r, s, c in this order,
/// whatever the form, the tile and the unrolling: all give the same bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Conv {
    /// The operation.
    pub op: ir::conv::Conv,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// How it runs.
    pub form: Form,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}

/// Where the vector lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Over output channels: `pixels` pixels of a row and one panel of `lanes` filters at a time.
    Channels {
        /// Output pixels a tile.
        pixels: usize,
        /// Width of a panel.
        lanes: usize,
    },
    /// Over x, for few channels: `lanes` neighbouring output pixels of one filter at a time. Operand
    /// and result have `lanes = 1` layouts whose zero columns cover the padding.
    Columns {
        /// Output pixels a vector.
        lanes: usize,
    },
}
