//! `flatten`: an image as a vector in the order H, W, C.

use crate::ir::Shape;

/// An image as a vector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flatten;

impl Flatten {
    /// All elements, in a row.
    pub fn output(&self, input: Shape) -> Shape {
        Shape::Vector(input.len())
    }
}
