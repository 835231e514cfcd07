//! A batch norm that could not be folded: a factor and a summand a channel.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

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

/// The kernel of a layer. Weights: factors, then summands, one piece.
pub(in crate::plan) fn kernel(op: &ir::bn::Bn, mut call: Call<'_>) -> Kernel {
    call.affine(op);
    Kernel::Bn(Bn { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
