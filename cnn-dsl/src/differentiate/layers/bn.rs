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
    cheap && normalised && readers(to, x) == 1
}

/// A value as the backward pass gets it where nothing else there reads it: what a batch norm gave, with
/// an activation behind it, is computed once more from the batch norm's operand, which is read there
/// anyway. So it need not be kept, and the samples of a batch write it to the same memory.
pub(super) fn again(to: &mut Backward, x: ValueId) -> ValueId {
    let layers = &to.network.layers;
    let maker = |value: ValueId| to.network.values[value.0].producer.map(|id| &layers[id.0]);
    let Some(last) = maker(x).filter(|_| readers(to, x) == 1) else { return x };
    let (first, then) = match &last.op {
        Op::Activation(function) if takes_on(to, function, last.inputs[0]) => {
            (maker(last.inputs[0]), Some(last.clone()))
        }
        _ => (Some(last), None),
    };
    // Where it is frozen its operand may not be there.
    let of_batch = |layer: &&Layer| {
        matches!(layer.op, Op::Gradient(Gradient::Normalise(_))) && layer.inputs.len() == 2
    };
    let Some(first) = first.filter(of_batch).cloned() else { return x };
    [Some(first), then].into_iter().flatten().fold(x, |value, layer| {
        let inputs = if layer.inputs.len() == 2 { layer.inputs.clone() } else { vec![value] };
        let name = format!("{}.again", layer.name);
        to.made(&name, layer.op.clone(), &inputs, to.shape(x), layer.weights)
    })
}

/// How many times layers so far read a value.
fn readers(to: &Backward, value: ValueId) -> usize {
    to.network.layers.iter().flat_map(|layer| &layer.inputs).filter(|&&v| v == value).count()
}

/// Two numbers a channel, each row filled up to whole vectors.
fn two(x: Shape) -> Shape {
    Shape::Vector(2 * x.channels().next_multiple_of(VECTOR))
}
