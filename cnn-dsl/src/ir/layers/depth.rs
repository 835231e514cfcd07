//! `depth_to_space N` and `space_to_depth N`, as TensorFlow's in NHWC: output channel of
//! `space_to_depth` is `(dy * N + dx) * C + c`; `depth_to_space` is its inverse.

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
