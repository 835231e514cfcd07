//! `slice A..B`: a half-open range of channels.

/// Channels `from..to`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// First channel.
    pub from: usize,
    /// One past the last.
    pub to: usize,
}
