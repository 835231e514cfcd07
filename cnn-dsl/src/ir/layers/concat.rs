//! `concat`: the channels of all operands, one after the other.

/// Concatenation over channels, in the order of the operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Concat;
