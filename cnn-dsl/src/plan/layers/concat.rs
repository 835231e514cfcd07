//! Concatenation of several operands.

use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// Concatenation of several operands; of whole blocks of channels it copies only those that do not
/// lie in the result already, one step a run of them.
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

/// The kernel that copies some neighbouring operands.
pub(in crate::plan) fn of(xs: Vec<View>, y: View, epilogue: Epilogue) -> Kernel {
    Kernel::Concat(Concat { xs, y, epilogue })
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(call: Call<'_>) -> Kernel {
    Kernel::Concat(Concat { y: call.y(), xs: call.xs, epilogue: call.epilogue })
}
