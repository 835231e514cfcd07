//! The channels in several parts.

use crate::plan::layers::View;

/// The channels in several parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Split {
    /// Operand.
    pub x: View,
    /// Results in order; their channels add up to the operand's.
    pub ys: Vec<View>,
}
