//! Concatenation of several operands.

use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// Concatenation of several operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Concat {
    /// Operands in order; the same buffer may stand twice.
    pub xs: Vec<View>,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

impl Concat {
    /// Whether every operand has whole blocks of channels.
    pub fn is_of_blocks(&self) -> bool {
        self.xs.iter().all(|x| x.shape.channels().is_multiple_of(PANEL))
    }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(call: Call<'_>) -> Kernel {
    Kernel::Concat(Concat { y: call.y(), xs: call.xs, epilogue: call.epilogue })
}
