//! Batch norm with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1); with the
//! running ones where it is frozen.

use super::name;
use crate::differentiate::Backward;
use crate::ir::gradient::Gradient;
use crate::ir::layers::bn::Bn;
use crate::ir::{Activation, Layer, Op, Shape, ValueId};

/// What the channels of statistics are filled up to a multiple of.
const VECTOR: usize = 16;

/// The moments of the operand, then the operand normalised by the batch's; by the running ones where
/// it is frozen.
pub(in crate::differentiate) fn forward(to: &mut Backward, op: &Bn, layer: &Layer) {
    let x = layer.inputs[0];
    let mut inputs = vec![x];
    if !layer.frozen {
        let (two, name) = (two(to.shape(x)), format!("{}.moments", layer.name));
        let moments = Op::Gradient(Gradient::Moments(op.clone()));
        inputs.push(to.made(&name, moments, &[x], two, layer.weights));
    }
    let op = Op::Gradient(Gradient::Normalise(op.clone()));
    to.push(Layer { op, inputs, unroll: false, ..layer.clone() });
}

pub(super) fn backward(to: &mut Backward, op: &Bn, layer: &Layer, d_y: ValueId) {
    let (x, name) = (layer.inputs[0], name(layer));
    let shape = to.shape(x);
    let then = to.taken_on.remove(&layer.outputs[0]);
    let mut inputs = vec![x, d_y];
    if !layer.frozen {
        let two = two(shape);
        let sums = Op::Gradient(Gradient::Sums(op.clone(), then.clone()));
        inputs.push(to.made(&format!("{name}.sums"), sums, &[x, d_y], two, layer.weights));
    }
    let op = Op::Gradient(Gradient::Centre(op.clone(), then));
    let d_x = to.made(&name, op, &inputs, shape, layer.weights);
    to.give(x, d_x);
}

/// Whether a batch norm's backward pass takes that of the activation behind it upon itself: where its
/// slope is found again from what batch norm reads, by less work than a pass of its own is.
pub(super) fn takes_on(to: &Backward, function: &Activation, x: ValueId) -> bool {
    let cheap = match function {
        Activation::Relu
        | Activation::Relu6
        | Activation::LeakyRelu(_)
        | Activation::Hardswish
        | Activation::Hardsigmoid => true,
        Activation::Elu(_)
        | Activation::Prelu
        | Activation::Sigmoid
        | Activation::Tanh
        | Activation::Silu
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Mish
        | Activation::Softplus => false,
    };
    let layers = &to.network.layers;
    let normalised = to.network.values[x.0]
        .producer
        .is_some_and(|layer| matches!(layers[layer.0].op, Op::Gradient(Gradient::Normalise(_))));
    cheap
        && normalised
        && layers.iter().flat_map(|layer| &layer.inputs).filter(|&&v| v == x).count() == 1
}

/// Two numbers a channel, each row filled up to whole vectors.
fn two(x: Shape) -> Shape {
    Shape::Vector(2 * x.channels().next_multiple_of(VECTOR))
}
