//! `pad (t, b, l, r)` and `pad channels (before, after)`: zeros around; negative numbers crop.

use crate::ir::shape::padded;
use crate::ir::{Pads, Shape};

/// Zeros around, or cropping.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pad {
    /// Rows and columns.
    Image(Pads),
    /// Channels before and after.
    Channels(i64, i64),
}

impl Pad {
    /// `None` where nothing remains, or for rows around a vector.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        match (self, input) {
            (Self::Image(pads), Shape::Image { h, w, c }) => {
                let [h, w] = padded([h, w], *pads)?;
                Shape::image(h, w, c)
            }
            (Self::Image(_), Shape::Vector(_)) => None,
            (Self::Channels(before, after), _) => {
                let c = i64::try_from(input.channels()).ok()?;
                let c = c.checked_add(*before)?.checked_add(*after)?;
                input.with_channels(usize::try_from(c).ok()?).checked()
            }
        }
    }
}
