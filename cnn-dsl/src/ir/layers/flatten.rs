//! `flatten`: an image as a vector in the order H, W, C.

/// An image as a vector.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flatten;
