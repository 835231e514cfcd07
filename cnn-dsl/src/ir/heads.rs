//! Auxiliary heads: beside the network, and as a part of it.
//!
//! In: the layers of a head as `check` met them, numbered on behind what the network had there. Out: one
//! network with all heads behind its own layers, which is what training and its tests look at.

use super::{Layer, LayerId, Network, Output, Value, ValueId, Weights, WeightsId};
use cnn_weights::Tensor;

/// An auxiliary head of a training build.
#[derive(Debug, Clone)]
pub struct Aux {
    /// Its name.
    pub name: String,
    /// Where it branches off.
    pub from: ValueId,
    /// Its tensors, which a file for the network without its heads may have: `name.conv1.kernel`, ...
    pub tensors: Vec<Tensor>,
    /// What computes it.
    pub branch: Branch,
}

/// The layers of a head. Their indices go on behind those of the network where the head stands; what
/// the network has behind it bears the same ones.
#[derive(Debug, Clone)]
pub struct Branch {
    /// How many values, layers and weights the network has before the head.
    pub before: [usize; 3],
    /// The head's values.
    pub values: Vec<Value>,
    /// Its layers, in order.
    pub layers: Vec<Layer>,
    /// Their weights, those of declared layers among them that the network uses later.
    pub weights: Vec<Weights>,
    /// What the head gives.
    pub output: ValueId,
}

impl Branch {
    /// The layer that gives the head's output; `None` where the head has no layer.
    pub fn last(&self) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.outputs.contains(&self.output))
    }
}

impl Network {
    /// The network with its auxiliary heads: their layers and weights stand behind its own, and what
    /// they give are further outputs.
    pub fn with_heads(&self) -> Self {
        let mut whole = self.clone();
        for aux in std::mem::take(&mut whole.aux) {
            let value = whole.join(aux.branch);
            whole.outputs.push(Output { name: Some(aux.name), value });
        }
        whole
    }

    /// Adds a head; returns its output.
    fn join(&mut self, branch: Branch) -> ValueId {
        let [values, layers, weights] = branch.before;
        let behind = [self.values.len(), self.layers.len()];
        let moved = |index: usize, before: usize, behind: usize| {
            if index < before { index } else { index - before + behind }
        };
        let value = |id: ValueId| ValueId(moved(id.0, values, behind[0]));
        let layer = |id: LayerId| LayerId(moved(id.0, layers, behind[1]));
        let known: Vec<(WeightsId, bool)> =
            branch.weights.into_iter().map(|own| self.weights_of(own)).collect();
        self.values.extend(
            branch.values.into_iter().map(|own| Value { producer: own.producer.map(layer), ..own }),
        );
        self.layers.extend(branch.layers.into_iter().map(|own| {
            let joined = own.weights.filter(|id| id.0 >= weights).map(|id| known[id.0 - weights]);
            Layer {
                post_of: own.post_of.map(layer),
                inputs: own.inputs.iter().copied().map(value).collect(),
                outputs: own.outputs.iter().copied().map(value).collect(),
                weights: joined.map_or(own.weights, |(id, _)| Some(id)),
                shared_again: own.shared_again || joined.is_some_and(|(_, again)| again),
                ..own
            }
        }));
        value(branch.output)
    }

    /// The place of a head's weights, and whether they are those of a declared layer that is used
    /// elsewhere, too.
    fn weights_of(&mut self, own: Weights) -> (WeightsId, bool) {
        if let Some(index) = self.weights.iter().position(|known| known.name == own.name) {
            self.weights[index].frozen |= own.frozen;
            return (WeightsId(index), true);
        }
        let first_tensor = self.tensors().count();
        self.weights.push(Weights { first_tensor, ..own });
        (WeightsId(self.weights.len() - 1), false)
    }
}
