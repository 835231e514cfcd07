//! `bn`: batch normalisation, `gamma * (x - mean) / sqrt(variance + eps) + beta` a channel, with
//! running statistics at inference (Ioffe and Szegedy 2015).

use crate::ir::{Constant, Shape};
use cnn_weights::{Role, Tensor};

/// Batch normalisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bn {
    /// Added to the variance.
    pub eps: Constant,
    /// Keras' sense: `running = momentum * running + (1 - momentum) * batch`.
    pub momentum: Constant,
    /// Whether it has gamma (`no_scale` takes it away).
    pub scale: bool,
    /// Whether it has beta (`no_shift` takes it away).
    pub shift: bool,
}

impl Bn {
    /// gamma, beta, moving mean, moving variance, in this order.
    pub fn tensors(&self, name: &str, input: Shape) -> Vec<Tensor> {
        let roles = [
            (self.scale, Role::Gamma),
            (self.shift, Role::Beta),
            (true, Role::MovingMean),
            (true, Role::MovingVariance),
        ];
        let there = roles.into_iter().filter(|(there, _)| *there);
        there.map(|(_, role)| Tensor::new(name, role, vec![input.channels()])).collect()
    }
}
