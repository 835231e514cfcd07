//! Element-wise activations. NaN passes through all of them: divergence must not be hidden.

use crate::ir::{Constant, Shape};
use cnn_weights::{Role, Tensor};

/// An element-wise function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `min(max(0, x), 6)`.
    Relu6,
    /// `x` where positive, else `slope * x`.
    LeakyRelu(Constant),
    /// `x` where positive, else `alpha[c] * x`, alpha learnt a channel.
    Prelu,
    /// `x` where positive, else `alpha * (exp(x) - 1)`.
    Elu(Constant),
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `x * sigmoid(x)`.
    Silu,
    /// `x * relu6(x + 3) / 6`.
    Hardswish,
    /// `relu6(x + 3) / 6`.
    Hardsigmoid,
    /// `x * Phi(x)`, exact by the error function.
    Gelu,
    /// `0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3)))`.
    GeluTanh,
    /// `x * tanh(softplus(x))`.
    Mish,
    /// `ln(1 + exp(x))`.
    Softplus,
}

impl Activation {
    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Relu6 => "relu6",
            Self::LeakyRelu(_) => "leaky_relu",
            Self::Prelu => "prelu",
            Self::Elu(_) => "elu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Silu => "silu",
            Self::Hardswish => "hardswish",
            Self::Hardsigmoid => "hardsigmoid",
            Self::Gelu | Self::GeluTanh => "gelu",
            Self::Mish => "mish",
            Self::Softplus => "softplus",
        }
    }

    /// `prelu` has an alpha a channel; the others have nothing.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        match self {
            Self::Prelu => vec![Tensor::new(name, Role::Alpha, vec![input.channels()])],
            Self::Relu
            | Self::Relu6
            | Self::LeakyRelu(_)
            | Self::Elu(_)
            | Self::Sigmoid
            | Self::Tanh
            | Self::Silu
            | Self::Hardswish
            | Self::Hardsigmoid
            | Self::Gelu
            | Self::GeluTanh
            | Self::Mish
            | Self::Softplus => Vec::new(),
        }
    }
}
