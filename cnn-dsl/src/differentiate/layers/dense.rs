//! A fully connected layer: `d_x` is one of `d_y` with the kernel's rows and columns exchanged.

use super::{name, weights};
use crate::differentiate::Backward;
use crate::ir::gradient::{Gradient, Linear};
use crate::ir::layers::dense::Dense;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, op: &Dense, layer: &Layer, d_y: ValueId) {
    let x = layer.inputs[0];
    weights(to, Linear::Dense(op.clone()), layer, [x, d_y]);
    let shape = to.shape(x);
    let turned = Dense { units: shape.len(), bias: false, ..op.clone() };
    let op = Op::Gradient(Gradient::Turned(Linear::Dense(turned)));
    let d_x = to.made(&name(layer), op, &[d_y], shape, layer.weights);
    to.give(x, d_x);
}
