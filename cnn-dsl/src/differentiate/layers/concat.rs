//! Concatenation: each operand gets its channels.

use super::name;
use crate::differentiate::Backward;
use crate::ir::layers::slice::Slice;
use crate::ir::{Layer, Op, ValueId};

pub(super) fn backward(to: &mut Backward, layer: &Layer, d_y: ValueId) {
    let mut from = 0;
    for (index, &x) in layer.inputs.iter().enumerate() {
        let end = from + to.shape(x).channels();
        let name = format!("{}.{index}", name(layer));
        to.to(x, &name, Op::Slice(Slice { from, to: end }), &[d_y]);
        from = end;
    }
}
