//! `split N` and `split a, b`: the channels in several parts, each a result of its own.

/// The channels of each part; they add up to the input's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Split {
    /// One size a result.
    pub parts: Vec<usize>,
}
