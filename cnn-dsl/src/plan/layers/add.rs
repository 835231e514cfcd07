//! Sum of several operands.

use crate::plan::layers::{Call, Epilogue, Kernel, View};

/// Sum of several operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Add {
    /// Operands in order; the same buffer may stand twice.
    pub xs: Vec<View>,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(call: Call<'_>) -> Kernel {
    Kernel::Add(Add { y: call.y(), xs: call.xs, epilogue: call.epilogue })
}
