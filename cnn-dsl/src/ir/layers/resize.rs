//! `upsample N` and `resize HxW`: PyTorch's `interpolate` with `align_corners=False`.
//!
//! Nearest: source `floor(p * in / out)`. Bilinear: source coordinate
//! `max(0, (p + 0.5) * in / out - 0.5)`, the four neighbours weighted by distance, the last row and
//! column repeated.

use crate::ir::Shape;

/// A new height and width.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resize {
    /// Height, width.
    pub to: [usize; 2],
    /// How.
    pub mode: ResizeMode,
    /// Whether it was written `upsample N`, for its name.
    pub upsample: bool,
}

/// How pixels between pixels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResizeMode {
    /// The nearest pixel above and to the left.
    Nearest,
    /// Weighted by distance.
    Bilinear,
}

impl Resize {
    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        if self.upsample { "upsample" } else { "resize" }
    }
}

impl Resize {
    /// The new height and width with the same channels.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        match input {
            Shape::Image { c, .. } => Shape::image(self.to[0], self.to[1], c),
            Shape::Vector(_) => None,
        }
    }
}
