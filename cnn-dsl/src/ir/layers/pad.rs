//! `pad (t, b, l, r)` and `pad channels (before, after)`: zeros around; negative numbers crop.

use crate::ir::Pads;

/// Zeros around, or cropping.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pad {
    /// Rows and columns.
    Image(Pads),
    /// Channels before and after.
    Channels(i64, i64),
}
