//! The channels in several parts.

use crate::plan::layers::{Call, Kernel, View};

/// The channels in several parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Split {
    /// Operand.
    pub x: View,
    /// Results in order; their channels add up to the operand's.
    pub ys: Vec<View>,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(call: Call<'_>) -> Kernel {
    Kernel::Split(Split { x: call.x(), ys: call.ys })
}
