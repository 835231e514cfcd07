//! `shuffle GROUPS`: ShuffleNet's channel shuffle: channel `g * n + i` goes to `i * groups + g`,
//! `n` being the channels of a group.

use crate::ir::Shape;

/// Channel shuffle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shuffle {
    /// It divides the channels.
    pub groups: usize,
}

impl Shuffle {
    /// The same shape; `None` where the groups do not divide the channels.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        input.channels().is_multiple_of(self.groups).then_some(input)
    }
}
