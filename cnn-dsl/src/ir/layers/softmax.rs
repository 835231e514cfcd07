//! `softmax`: `exp(x - max) / sum(exp(x - max))` over the channels of each pixel, or a vector.

/// Softmax over channels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Softmax;
