//! `mul`: the product of two or more values; a 1x1xC one is spread over an HxWxC one.

use crate::ir::Shape;

/// Element-wise product, in the order of the operands. The result has the largest operand's shape;
/// every other operand has that shape or is 1x1xC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mul;

impl Mul {
    /// The largest operand's shape, if the others have it or are 1x1 with its channels.
    pub fn output(&self, inputs: &[Shape]) -> Option<Shape> {
        let largest = *inputs.iter().max_by_key(|shape| shape.len())?;
        let gate = match largest {
            Shape::Image { c, .. } => Shape::Image { h: 1, w: 1, c },
            Shape::Vector(_) => largest,
        };
        inputs.iter().all(|&shape| shape == largest || shape == gate).then_some(largest)
    }
}
