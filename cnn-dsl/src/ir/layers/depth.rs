//! `depth_to_space N` and `space_to_depth N`, as TensorFlow's in NHWC: output channel of
//! `space_to_depth` is `(dy * N + dx) * C + c`; `depth_to_space` is its inverse.

use crate::ir::Shape;

/// Pixels to channels or back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Depth {
    /// The side of the square.
    pub block: usize,
    /// `depth_to_space` or `space_to_depth`.
    pub to_space: bool,
}

impl Depth {
    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        if self.to_space { "depth_to_space" } else { "space_to_depth" }
    }
}

impl Depth {
    /// The same elements; `None` where the square does not divide the channels, or the sides.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let Shape::Image { h, w, c } = input else { return None };
        let (n, square) = (self.block, self.block.checked_mul(self.block)?);
        if self.to_space {
            let fits = c.is_multiple_of(square);
            if fits { Shape::image(h.checked_mul(n)?, w.checked_mul(n)?, c / square) } else { None }
        } else {
            let fits = h.is_multiple_of(n) && w.is_multiple_of(n);
            if fits { Shape::image(h / n, w / n, c.checked_mul(square)?) } else { None }
        }
    }
}
