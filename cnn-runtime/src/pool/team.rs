//! How a kernel's result is shared out among threads.

use super::Pool;
use super::part::{Cut, Part};
use std::fmt;

/// A kernel over a part of its result. The other slice is scratch memory of its thread, in which
/// anything may stand.
pub type Work<'a> = dyn Fn(Part<'_>, &mut [f32]) + Sync + 'a;

/// Who computes one prediction: the caller alone, or it and the pool's threads.
///
/// The rows of a result begin `stride` elements apart and have `units` units of `unit` elements.
pub struct Team<'a> {
    pool: Option<&'a Pool>,
    scratch: &'a mut [f32],
}

impl<'a> Team<'a> {
    /// The caller alone.
    #[inline]
    pub fn single(scratch: &'a mut [f32]) -> Self {
        Self { pool: None, scratch }
    }

    /// The caller and the pool's threads. While these are at work for another caller, the caller
    /// alone.
    #[inline]
    pub fn of(pool: &'a Pool, scratch: &'a mut [f32]) -> Self {
        Self { pool: (pool.threads() > 1).then_some(pool), scratch }
    }

    /// How many threads there are, the caller's among them.
    #[inline]
    pub fn threads(&self) -> usize {
        self.pool.map_or(1, Pool::threads)
    }

    /// Rows shared out evenly, in groups of `align` neighbouring ones.
    ///
    /// # Panics
    /// Where `values` does not hold these rows. Never for sizes that the compiler emitted.
    pub fn rows(
        &mut self,
        values: &mut [f32],
        rows: usize,
        stride: usize,
        size: [usize; 2],
        align: usize,
        work: &Work<'_>,
    ) {
        let groups = rows.div_ceil(align);
        let parts = self.threads().min(groups);
        let Some(pool) = self.pool.filter(|_| parts > 1) else {
            return self.alone(values, rows, stride, size, work);
        };
        let cut = Cut::new(values, rows, stride, size);
        pool.run(parts, self.scratch, &|part, scratch| {
            let first = share(groups, part, parts) * align;
            let end = share(groups, part + 1, parts) * align;
            // SAFETY: the pool runs each part once, and the shares of two parts do not overlap.
            work(unsafe { cut.rows(first..end.min(rows)) }, scratch);
        });
    }

    /// Units of every row shared out evenly, in groups of `align` neighbouring ones.
    ///
    /// # Panics
    /// Where `values` does not hold these rows. Never for sizes that the compiler emitted.
    pub fn spans(
        &mut self,
        values: &mut [f32],
        rows: usize,
        stride: usize,
        [unit, units]: [usize; 2],
        align: usize,
        work: &Work<'_>,
    ) {
        let groups = units.div_ceil(align);
        let parts = self.threads().min(groups);
        let Some(pool) = self.pool.filter(|_| parts > 1) else {
            return self.alone(values, rows, stride, [unit, units], work);
        };
        let cut = Cut::new(values, rows, stride, [unit, units]);
        pool.run(parts, self.scratch, &|part, scratch| {
            let first = share(groups, part, parts) * align;
            let end = share(groups, part + 1, parts) * align;
            // SAFETY: the pool runs each part once, and the shares of two parts do not overlap.
            work(unsafe { cut.units(first..end.min(units)) }, scratch);
        });
    }

    /// Not shared out: the caller computes it.
    ///
    /// # Panics
    /// Where `values` does not hold these rows. Never for sizes that the compiler emitted.
    pub fn alone(
        &mut self,
        values: &mut [f32],
        rows: usize,
        stride: usize,
        [unit, units]: [usize; 2],
        work: &Work<'_>,
    ) {
        work(Part::whole(values, rows, stride, unit, units), self.scratch);
    }
}

impl fmt::Debug for Team<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team").field("threads", &self.threads()).finish_non_exhaustive()
    }
}

/// Where the share of `part` of `parts` begins.
pub(super) fn share(count: usize, part: usize, parts: usize) -> usize {
    count / parts * part + (count % parts).min(part)
}
