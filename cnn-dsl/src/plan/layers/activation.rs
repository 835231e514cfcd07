//! An activation that could not be fused into the kernel before it.

use crate::ir::Activation;
use crate::plan::layers::{Call, Kernel, View};
use cnn_weights::Role;

/// Element-wise functions of their own. `Prelu` stands only as the first; its slopes, one a channel,
/// are then the only piece of weights.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Elementwise {
    /// Applied one after the other.
    pub functions: Vec<Activation>,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
}

/// The kernel of a layer and the activations behind it.
pub(in crate::plan) fn kernel(op: &Activation, mut call: Call<'_>) -> Kernel {
    if *op == Activation::Prelu {
        call.raw(Role::Alpha);
    }
    let mut functions = vec![op.clone()];
    functions.append(&mut call.epilogue);
    Kernel::Activation(Elementwise { functions, x: call.x(), y: call.y() })
}
