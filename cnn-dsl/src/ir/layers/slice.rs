//! `slice A..B`: a half-open range of channels.

use crate::ir::Shape;

/// Channels `from..to`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// First channel.
    pub from: usize,
    /// One past the last.
    pub to: usize,
}

impl Slice {
    /// Fewer channels; `None` for an empty range or one beyond the channels.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let inside = self.from < self.to && self.to <= input.channels();
        inside.then(|| input.with_channels(self.to - self.from))
    }
}
