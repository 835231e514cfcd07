//! Local response normalisation.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Local response normalisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lrn {
    /// The operation.
    pub op: ir::lrn::Lrn,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::lrn::Lrn, call: Call<'_>) -> Kernel {
    Kernel::Lrn(Lrn { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}
