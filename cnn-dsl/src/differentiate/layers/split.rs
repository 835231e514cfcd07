//! Ranges of channels: each gives its own.

use super::{name, slice};
use crate::differentiate::Backward;
use crate::ir::{Layer, ValueId};

pub(in crate::differentiate) fn backward(
    to: &mut Backward,
    layer: &Layer,
    d_ys: &[Option<ValueId>],
) {
    let mut from = 0;
    for (index, (&y, d_y)) in layer.outputs.iter().zip(d_ys).enumerate() {
        let end = from + to.shape(y).channels();
        if let Some(d_y) = *d_y {
            let name = format!("{}.{index}", name(layer));
            slice::range(to, layer.inputs[0], &name, [from, end], d_y);
        }
        from = end;
    }
}
