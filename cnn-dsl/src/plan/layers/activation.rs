//! An activation that could not be fused into the kernel before it.

use crate::ir::Activation;
use crate::plan::layers::View;

/// An element-wise function of its own; `Prelu` takes its slopes as the only piece of weights.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Elementwise {
    /// Applied one after the other.
    pub functions: Vec<Activation>,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
}
