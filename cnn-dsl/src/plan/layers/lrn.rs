//! Local response normalisation.

use crate::ir::layers as ir;
use crate::plan::layers::{Epilogue, View};

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
