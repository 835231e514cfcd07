//! The backward pass of each layer: linear layers one file each, what is short here.

pub(super) mod bn;
mod concat;
mod conv;
mod deconv;
mod dense;
pub(super) mod dropout;
mod dw;
mod mul;
mod pad;
mod slice;
pub(super) mod split;

use super::Backward;
use crate::ir::gradient::{Gradient, Linear};
use crate::ir::layers::depth::Depth;
use crate::ir::layers::pool::PoolKind;
use crate::ir::layers::shuffle::Shuffle;
use crate::ir::{Activation, Layer, Op, ValueId};

/// Gives the gradients of a layer's weights and operands.
pub(super) fn backward(to: &mut Backward, layer: &Layer, d_y: ValueId) {
    let (x, y) = (layer.inputs[0], layer.outputs[0]);
    match &layer.op {
        Op::Conv(op) => conv::backward(to, op, layer, d_y),
        Op::Dw(op) => dw::backward(to, op, layer, d_y),
        Op::Deconv(op) => deconv::backward(to, op, layer, d_y),
        Op::Dense(op) => dense::backward(to, op, layer, d_y),
        Op::Bn(op) => bn::backward(to, op, layer, d_y),
        Op::Activation(function) if bn::takes_on(to, function, x) => {
            to.taken_on.insert(x, function.clone());
            to.give(x, d_y);
        }
        Op::Activation(Activation::Prelu) => {
            if learns(to, layer) {
                let op = Op::Gradient(Gradient::Slopes);
                to.layer(&format!("{}.slopes", name(layer)), op, &[x, d_y], &[], layer.weights);
            }
            let op = Op::Gradient(Gradient::Prelu);
            let d_x = to.made(&name(layer), op, &[x, d_y], to.shape(x), layer.weights);
            to.give(x, d_x);
        }
        Op::Activation(function) => {
            let seen = if of_result(function) { y } else { x };
            let op = Op::Gradient(Gradient::Activation(function.clone()));
            to.to(x, &name(layer), op, &[seen, d_y]);
        }
        Op::Pool(pool) => {
            let inputs = match pool.kind {
                PoolKind::Max => vec![d_y, x, y],
                PoolKind::Average => vec![d_y],
            };
            to.to(x, &name(layer), Op::Gradient(Gradient::Pool(pool.clone())), &inputs);
        }
        Op::Dropout(op) => dropout::backward(to, op, layer, d_y),
        Op::Flatten(_) => {
            let op = Op::Gradient(Gradient::Reshape(to.shape(x)));
            to.to(x, &name(layer), op, &[d_y]);
        }
        Op::Lrn(op) => to.to(x, &name(layer), Op::Gradient(Gradient::Lrn(op.clone())), &[x, d_y]),
        Op::Mul(_) => mul::backward(to, layer, d_y),
        Op::Add(_) => layer.inputs.iter().for_each(|&x| to.give(x, d_y)),
        Op::Concat(_) => concat::backward(to, layer, d_y),
        Op::Scale(op) => to.to(x, &name(layer), Op::Scale(op.clone()), &[d_y]),
        Op::Pad(op) => pad::backward(to, op, layer, d_y),
        Op::Slice(op) => slice::backward(to, op, layer, d_y),
        Op::Shuffle(op) => {
            let d_x = shuffle(to, &name(layer), d_y, to.shape(x).channels() / op.groups);
            to.give(x, d_x);
        }
        Op::Depth(op) => {
            let op = Depth { to_space: !op.to_space, ..op.clone() };
            to.to(x, &name(layer), Op::Depth(op), &[d_y]);
        }
        Op::Resize(op) => {
            let op = Op::Gradient(Gradient::Resize(op.clone()));
            to.to(x, &name(layer), op, &[d_y]);
        }
        // The last softmax is the loss's, which knows the logits; others are refused.
        Op::Softmax(_) | Op::Split(_) | Op::Gradient(_) => {}
    }
}

/// The name of a layer's backward pass.
fn name(layer: &Layer) -> String {
    format!("d_{}", layer.name)
}

/// The gradients of a layer's weights from its operand and `d_y`, unless they are frozen.
fn weights(to: &mut Backward, op: Linear, layer: &Layer, [x, d_y]: [ValueId; 2]) {
    if learns(to, layer) {
        let operands = [bn::again(to, x), d_y];
        let op = Op::Gradient(Gradient::Weights(op));
        let name = format!("{}.weights", name(layer));
        to.layer(&name, op, &operands, &[], layer.weights);
    }
}

/// Whether a layer has weights that are not frozen.
fn learns(to: &Backward, layer: &Layer) -> bool {
    !layer.frozen && to.weights(layer).is_some_and(|weights| !weights.frozen)
}

/// The channels of a value shuffled: those of a shuffle by `n` groups are put back by as many groups
/// as a group of its had channels.
fn shuffle(to: &mut Backward, name: &str, value: ValueId, groups: usize) -> ValueId {
    let shape = to.shape(value);
    to.made(name, Op::Shuffle(Shuffle { groups }), &[value], shape, None)
}

/// Whether the slope of an activation is known from its result.
fn of_result(function: &Activation) -> bool {
    match function {
        Activation::Relu | Activation::Relu6 | Activation::Sigmoid | Activation::Tanh => true,
        Activation::LeakyRelu(_)
        | Activation::Elu(_)
        | Activation::Prelu
        | Activation::Silu
        | Activation::Hardswish
        | Activation::Hardsigmoid
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Mish
        | Activation::Softplus => false,
    }
}
