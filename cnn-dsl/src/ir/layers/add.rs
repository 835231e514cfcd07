//! `add`: the sum of two or more values of equal shape.

/// Element-wise sum, in the order of the operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Add;
