//! A product: the gradient of each operand is `d_y` times the others, summed over the pixels where the
//! operand has but one.

use super::name;
use crate::differentiate::Backward;
use crate::ir::gradient::Gradient;
use crate::ir::layers::mul::Mul;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, layer: &Layer, d_y: ValueId) {
    let shape = to.shape(layer.outputs[0]);
    for (index, &x) in layer.inputs.iter().enumerate() {
        let (before, behind) = (&layer.inputs[..index], &layer.inputs[index + 1..]);
        let factors = [&[d_y], before, behind].concat();
        let name = format!("{}.{index}", name(layer));
        let spread = to.shape(x) != shape;
        let op = if spread { Op::Gradient(Gradient::Gate) } else { Op::Mul(Mul) };
        to.to(x, &name, op, &factors);
    }
}
