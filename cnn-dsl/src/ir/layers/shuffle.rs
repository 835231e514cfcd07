//! `shuffle GROUPS`: ShuffleNet's channel shuffle: channel `g * n + i` goes to `i * groups + g`,
//! `n` being the channels of a group.

/// Channel shuffle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shuffle {
    /// It divides the channels.
    pub groups: usize,
}
