//! `add`: the sum of two or more values of equal shape.

use crate::ir::Shape;

/// Element-wise sum, in the order of the operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Add;

impl Add {
    /// The operands' common shape.
    pub fn output(&self, inputs: &[Shape]) -> Option<Shape> {
        let (&first, rest) = inputs.split_first()?;
        rest.iter().all(|&shape| shape == first).then_some(first)
    }
}
