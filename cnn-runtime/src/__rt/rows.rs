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
    #[inline]
    pub fn new(values: &'a [f32], stride: usize) -> Self {
        Self::ring(values, stride, usize::MAX)
    }

    /// Only the last rows are kept: row `h` lies where row `h & mask` does.
    #[inline]
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

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_begin_a_stride_apart() {
        let values: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let rows = Rows::new(&values, 5);
        assert_eq!(rows.row::<2>(0), &[0.0, 1.0]);
        assert_eq!(rows.row::<2>(2), &[10.0, 11.0]);
        let slice = Rows::new(&values[3..], 5);
        assert_eq!(slice.row::<3>(1), &[8.0, 9.0, 10.0]);
    }

    #[test]
    fn a_ring_has_the_last_rows() {
        let values = [4.0, 1.0, 2.0, 3.0];
        let rows = Rows::ring(&values, 1, 3);
        assert_eq!([1, 2, 3, 4].map(|h| *rows.row::<1>(h)), [[1.0], [2.0], [3.0], [4.0]]);
    }

    #[test]
    #[should_panic(expected = "the plan's places lie in their regions")]
    fn a_row_that_is_cut_off_is_refused() {
        let _ = Rows::new(&[0.0; 11], 5).row::<2>(2);
    }
}
