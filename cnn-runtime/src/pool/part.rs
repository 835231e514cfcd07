//! What one thread writes: some rows of a result, and in each a span of units.

use std::marker::PhantomData;
use std::ops::Range;

/// What one thread writes of a kernel's result: rows, and in each row a span of units.
///
/// A unit is what a kernel writes at once, such as a block of sixteen channels of a row. No other
/// part of the same result has any of its elements.
#[derive(Debug)]
pub struct Part<'a> {
    /// Of row 0, or of the ring's first row: where this part's span begins.
    first: *mut f32,
    stride: usize,
    mask: usize,
    /// Elements of the span.
    span: usize,
    rows: Range<usize>,
    units: Range<usize>,
    result: PhantomData<&'a mut [f32]>,
}

impl<'a> Part<'a> {
    /// All of a result of `rows` rows, which begin `stride` elements apart and have `units` units of
    /// `unit` elements each.
    ///
    /// # Panics
    /// Where `values` is shorter than that. Never for sizes that the compiler emitted.
    #[inline]
    pub fn whole(
        values: &'a mut [f32],
        rows: usize,
        stride: usize,
        unit: usize,
        units: usize,
    ) -> Self {
        Self::ring(values, 0..rows, stride, usize::MAX, unit, units)
    }

    /// These rows of a result of which only the last ones are kept: row `p` lies where row `p & mask`
    /// does.
    ///
    /// # Panics
    /// Where `values` is shorter than that. Never for sizes that the compiler emitted.
    #[inline]
    pub fn ring(
        values: &'a mut [f32],
        rows: Range<usize>,
        stride: usize,
        mask: usize,
        unit: usize,
        units: usize,
    ) -> Self {
        let span = unit.checked_mul(units);
        let last = rows.end.saturating_sub(1).min(mask);
        let end = span.and_then(|span| last.checked_mul(stride)?.checked_add(span));
        let (Some(span), Some(end)) = (span, end) else { outside() };
        if end > values.len() {
            outside();
        }
        let first = values.as_mut_ptr();
        Self { first, stride, mask, span, rows, units: 0..units, result: PhantomData }
    }

    /// The rows to write.
    #[inline]
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// The units to write of each row.
    #[inline]
    pub fn units(&self) -> Range<usize> {
        self.units.clone()
    }

    /// The part's span of row `p`: `units().len()` units, beginning with unit `units().start`.
    ///
    /// # Panics
    /// Where `p` is none of `rows()`.
    #[inline(always)]
    pub fn row(&mut self, p: usize) -> &mut [f32] {
        if !self.rows.contains(&p) {
            outside();
        }
        // SAFETY: a part is made from a result that holds the span of every one of its rows, which
        // the assertion leaves alone; no other part has these elements, and while the slice lives
        // this part is borrowed.
        unsafe {
            let row = self.first.add((p & self.mask) * self.stride);
            std::slice::from_raw_parts_mut(row, self.span)
        }
    }
}

/// A result to be shared out: it makes parts that do not overlap.
pub(super) struct Cut<'a> {
    first: *mut f32,
    stride: usize,
    unit: usize,
    rows: usize,
    units: usize,
    result: PhantomData<&'a mut [f32]>,
}

// SAFETY: it only makes parts; who makes one answers for its not overlapping those of other threads,
// and `f32`s may be written by any thread.
unsafe impl Sync for Cut<'_> {}

impl<'a> Cut<'a> {
    /// A result as [`Part::whole`] takes it.
    ///
    /// # Panics
    /// Where `values` is shorter, or its rows overlap. Never for sizes that the compiler emitted.
    pub(super) fn new(
        values: &'a mut [f32],
        rows: usize,
        stride: usize,
        [unit, units]: [usize; 2],
    ) -> Self {
        let whole = Part::whole(values, rows, stride, unit, units);
        if whole.span > stride && rows > 1 {
            outside();
        }
        Self { first: whole.first, stride, unit, rows, units, result: PhantomData }
    }

    /// These rows.
    ///
    /// # Safety
    /// Of the parts that live at a time, no two may share both a row and a unit.
    pub(super) unsafe fn rows(&self, rows: Range<usize>) -> Part<'_> {
        // SAFETY: the caller's promise.
        unsafe { self.part(rows, 0..self.units) }
    }

    /// These units of every row.
    ///
    /// # Safety
    /// Of the parts that live at a time, no two may share both a row and a unit.
    pub(super) unsafe fn units(&self, units: Range<usize>) -> Part<'_> {
        // SAFETY: the caller's promise.
        unsafe { self.part(0..self.rows, units) }
    }

    /// # Safety
    /// Of the parts that live at a time, no two may share both a row and a unit.
    unsafe fn part(&self, rows: Range<usize>, units: Range<usize>) -> Part<'_> {
        if rows.end > self.rows || units.end > self.units || units.start > units.end {
            outside();
        }
        // Wrapping, for a result without rows may have no such place; nobody follows it then.
        let first = self.first.wrapping_add(units.start * self.unit);
        Part {
            first,
            stride: self.stride,
            mask: usize::MAX,
            span: units.len() * self.unit,
            rows,
            units,
            result: PhantomData,
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn outside() -> ! {
    panic!("a part's rows lie in its result")
}
