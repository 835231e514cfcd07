//! From a network to the one that trains it.
//!
//! In: a network that `check` lets be trained. Out: another one: the same layers
//! up to the logits, the loss, the auxiliary heads with their losses, and behind them the layers that compute
//! gradients, by the chain rule from the last layer to the first (reverse mode). Layers whose result no gradient of a weight
//! needs are left out by `plan`, as in every network. Not here: how anything is computed.

mod layers;

use crate::ir::gradient::{DRAWN, Gradient};
use crate::ir::{
    Activation, Layer, LayerId, Network, Op, Shape, Value, ValueId, Weights, WeightsId,
};
use std::collections::HashMap;

/// What the last layer of a network is: its loss is taken of that layer's operand, the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// `softmax`.
    Softmax,
    /// `sigmoid`.
    Sigmoid,
    /// Any other: the logits are the output.
    Linear,
}

/// The head of a network's first output.
pub fn head(network: &Network) -> Head {
    last(network, network.outputs[0].value).1
}

/// For each output the value of which its loss is taken.
pub fn logits(network: &Network) -> Vec<ValueId> {
    network.outputs.iter().map(|output| last(network, output.value).0).collect()
}

/// The network that trains another one.
pub fn differentiate(network: &Network) -> Network {
    let whole = network.with_heads();
    let mut backward = Backward::new(&whole);
    let (own, heads) = whole.layers.split_at(network.layers.len());
    let logits = logits(&whole);
    own.iter().for_each(|layer| backward.forward(layer));
    // Before the heads: an evaluation ends with it.
    backward.loss(logits[0], "loss", false);
    heads.iter().for_each(|layer| backward.forward(layer));
    for (&logits, aux) in logits[1..].iter().zip(&network.aux) {
        backward.loss(logits, &format!("loss of {}", aux.name), true);
    }
    for layer in whole.layers.iter().rev() {
        backward.backward(layer);
    }
    backward.network
}

/// The logits of an output, and its head.
fn last(network: &Network, output: ValueId) -> (ValueId, Head) {
    let producer = network.values[output.0].producer.map(|id| &network.layers[id.0]);
    match producer.map(|layer| (&layer.op, layer.inputs[0])) {
        Some((Op::Softmax(_), logits)) => (logits, Head::Softmax),
        Some((Op::Activation(Activation::Sigmoid), logits)) => (logits, Head::Sigmoid),
        Some(_) | None => (output, Head::Linear),
    }
}

/// The training network in the making.
struct Backward {
    network: Network,
    /// For each value of the model the gradients that its readers give; their sum is its own.
    given: Vec<Vec<ValueId>>,
    /// Results of batch norms whose gradients are, so far, those of the activations behind them.
    taken_on: HashMap<ValueId, Activation>,
    /// What random numbers depend on; a model without random layers does not read it.
    draw: ValueId,
    /// The results of the random layers so far.
    random: Vec<ValueId>,
}

impl Backward {
    fn new(network: &Network) -> Self {
        let values = network.values.clone();
        let given = vec![Vec::new(); values.len()];
        let network = Network {
            layers: Vec::new(),
            values,
            outputs: Vec::new(),
            winograd: false,
            ..network.clone()
        };
        let (taken_on, random) = (HashMap::new(), Vec::new());
        let mut new = Self { network, given, taken_on, draw: ValueId(0), random };
        let draw = Op::Gradient(Gradient::Draw);
        new.draw = new.made("draw", draw, &[], Shape::Vector(DRAWN), None);
        new
    }

    /// A layer of the model, as training runs it.
    fn forward(&mut self, layer: &Layer) {
        let op = match &layer.op {
            Op::Bn(op) => return layers::bn::forward(self, op, layer),
            Op::Dropout(op) if op.zeroes() > 0 => return layers::dropout::forward(self, op, layer),
            Op::Dense(op) => Op::Gradient(Gradient::Dense(op.clone())),
            op => op.clone(),
        };
        self.push(Layer { op, unroll: false, ..layer.clone() });
    }

    /// The layers that compute the gradients of a layer's weights and operands.
    fn backward(&mut self, layer: &Layer) {
        if let [y] = layer.outputs[..] {
            if let Some(d_y) = self.gradient(y) {
                layers::backward(self, layer, d_y);
            }
        } else {
            let d_ys: Vec<_> = layer.outputs.iter().map(|&y| self.gradient(y)).collect();
            layers::split::backward(self, layer, &d_ys);
        }
    }

    /// The loss of logits.
    fn loss(&mut self, logits: ValueId, name: &str, aux: bool) {
        self.to(logits, name, Op::Gradient(Gradient::Loss { aux }), &[logits]);
    }

    /// A further summand of a value's gradient.
    fn give(&mut self, value: ValueId, gradient: ValueId) {
        self.given[value.0].push(gradient);
    }

    /// The gradient of a value; `None` where the loss does not depend on it.
    fn gradient(&mut self, value: ValueId) -> Option<ValueId> {
        let given = std::mem::take(&mut self.given[value.0]);
        match given[..] {
            [] => None,
            [one] => Some(one),
            [..] => {
                let add = Op::Add(crate::ir::layers::add::Add);
                let shape = self.network.shape(value);
                Some(self.layer("d_sum", add, &given, &[shape], None)[0])
            }
        }
    }

    fn shape(&self, value: ValueId) -> Shape {
        self.network.shape(value)
    }

    /// A layer of the backward pass with results of these shapes.
    fn layer(
        &mut self,
        name: &str,
        op: Op,
        inputs: &[ValueId],
        outputs: &[Shape],
        weights: Option<WeightsId>,
    ) -> Vec<ValueId> {
        let id = LayerId(self.network.layers.len());
        let first = self.network.values.len();
        let made = outputs.iter().map(|&shape| Value { shape, producer: Some(id) });
        self.network.values.extend(made);
        let outputs: Vec<_> = (first..self.network.values.len()).map(ValueId).collect();
        self.push(Layer {
            name: name.to_owned(),
            post_of: None,
            op,
            inputs: inputs.to_vec(),
            outputs: outputs.clone(),
            weights,
            shared_again: true,
            frozen: false,
            unroll: false,
            docs: Vec::new(),
            text: String::new(),
            span: self.network.name_span,
        });
        outputs
    }

    fn push(&mut self, layer: Layer) {
        for output in &layer.outputs {
            self.network.values[output.0].producer = Some(LayerId(self.network.layers.len()));
        }
        self.network.layers.push(layer);
    }

    /// A layer with one result that gives the gradient of `x`, of the shape of `x`.
    fn to(&mut self, x: ValueId, name: &str, op: Op, inputs: &[ValueId]) {
        let d_x = self.made(name, op, inputs, self.shape(x), None);
        self.give(x, d_x);
    }

    /// A layer with one result.
    fn made(
        &mut self,
        name: &str,
        op: Op,
        inputs: &[ValueId],
        shape: Shape,
        weights: Option<WeightsId>,
    ) -> ValueId {
        self.layer(name, op, inputs, &[shape], weights)[0]
    }

    fn weights(&self, layer: &Layer) -> Option<&Weights> {
        layer.weights.map(|id| &self.network.weights[id.0])
    }
}
