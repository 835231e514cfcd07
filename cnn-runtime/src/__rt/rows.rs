//! What a kernel reads: the rows of a value.

/// The operand of a kernel: rows, of which some may lie in a ring.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f32],
    stride: usize,
    mask: usize,
}

impl<'a> Rows<'a> {
    /// All rows, which begin `stride` elements apart: more than a row has where the value is a slice
    /// of the channels of a larger one.
    pub fn new(values: &'a [f32], stride: usize) -> Self {
        Self::ring(values, stride, usize::MAX)
    }

    /// Only the last rows are kept: row `h` lies where row `h & mask` does.
    pub fn ring(values: &'a [f32], stride: usize, mask: usize) -> Self {
        Self { values, stride, mask }
    }

    /// The first `N` elements of row `h`.
    ///
    /// # Panics
    /// Where they do not lie in the value. Never for rows that the compiler emitted.
    #[inline(always)]
    pub fn row<const N: usize>(&self, h: usize) -> &'a [f32; N] {
        super::at(self.values, (h & self.mask) * self.stride)
    }
}
