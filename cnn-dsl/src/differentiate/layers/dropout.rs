//! Random zeroes: of the same elements in both passes. They are drawn anew in the backward pass: a
//! number costs less than to keep it.

use super::name;
use crate::differentiate::Backward;
use crate::ir::gradient::Gradient;
use crate::ir::layers::dropout::Dropout;
use crate::ir::{Layer, Op, ValueId};

pub(in crate::differentiate) fn forward(to: &mut Backward, op: &Dropout, layer: &Layer) {
    let zeroes = Gradient::Dropout { op: op.clone(), layer: to.random.len() };
    to.random.push(layer.outputs[0]);
    let inputs = vec![layer.inputs[0], to.draw];
    to.push(Layer { op: Op::Gradient(zeroes), inputs, unroll: false, ..layer.clone() });
}

pub(super) fn backward(to: &mut Backward, op: &Dropout, layer: &Layer, d_y: ValueId) {
    let x = layer.inputs[0];
    match to.random.iter().position(|&y| y == layer.outputs[0]) {
        Some(number) => {
            let zeroes = Op::Gradient(Gradient::Dropout { op: op.clone(), layer: number });
            to.to(x, &name(layer), zeroes, &[d_y, to.draw]);
        }
        None => to.give(x, d_y),
    }
}
