//! Batch norm with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1); with the
//! running ones where it is frozen.

use super::name;
use crate::differentiate::Backward;
use crate::ir::gradient::Gradient;
use crate::ir::layers::bn::Bn;
use crate::ir::{Layer, Op, Shape, ValueId};

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
    let (op, inputs) = if layer.frozen {
        (Gradient::Centre(op.clone()), vec![x, d_y])
    } else {
        let two = two(shape);
        let sums = Op::Gradient(Gradient::Sums(op.clone()));
        let sums = to.made(&format!("{name}.sums"), sums, &[x, d_y], two, layer.weights);
        (Gradient::Centre(op.clone()), vec![x, d_y, sums])
    };
    let d_x = to.made(&name, Op::Gradient(op), &inputs, shape, layer.weights);
    to.give(x, d_x);
}

/// Two numbers a channel, each row filled up to whole vectors.
fn two(x: Shape) -> Shape {
    Shape::Vector(2 * x.channels().next_multiple_of(VECTOR))
}
