//! `mul`: the product of two or more values; a 1x1xC one is spread over an HxWxC one.

/// Element-wise product, in the order of the operands. The result has the largest operand's shape;
/// every other operand has that shape or is 1x1xC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mul;
