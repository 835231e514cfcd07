//! Parts: together every element of a result's rows once, and nothing beside them.

use super::{SCRATCH, pool};
use crate::pool::{Part, Pool, Team};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

static POOLS: LazyLock<Vec<Pool>> = LazyLock::new(|| (1..6).map(pool).collect());

/// A result, and how it is shared out.
#[derive(Debug, Clone, Copy)]
struct Case {
    threads: usize,
    rows: usize,
    gap: usize,
    unit: usize,
    units: usize,
    align: usize,
}

impl Case {
    fn any() -> impl Strategy<Value = Self> {
        (1..6_usize, 0..14_usize, 0..4_usize, 1..5_usize, 0..8_usize, 1..5_usize).prop_map(
            |(threads, rows, gap, unit, units, align)| Self {
                threads,
                rows,
                gap,
                unit,
                units,
                align,
            },
        )
    }

    fn stride(self) -> usize {
        self.unit * self.units + self.gap
    }

    fn size(self) -> [usize; 2] {
        [self.unit, self.units]
    }

    /// Noughts in place of the result, with the gap behind the last row, too.
    fn noughts(self) -> Vec<f32> {
        vec![0.0; self.rows * self.stride() + self.unit * self.units]
    }

    /// Every element of the rows written once by [`write`], and the gaps not.
    fn written(self) -> Vec<f32> {
        let mut values = self.noughts();
        for p in 0..self.rows {
            for i in 0..self.unit * self.units {
                values[p * self.stride() + i] = mark(p, i);
            }
        }
        values
    }

    fn team<'a>(self, scratch: &'a mut [f32]) -> Team<'a> {
        let team = Team::of(&POOLS[self.threads - 1], scratch);
        assert_eq!(team.threads(), self.threads);
        team
    }

    /// Adds the mark of each element to it; what is written twice has another one.
    fn write(self, mut part: Part<'_>) {
        let (rows, units) = (part.rows(), part.units());
        for p in rows {
            let span = part.row(p);
            assert_eq!(span.len(), units.len() * self.unit);
            for (i, x) in (units.start * self.unit..).zip(span) {
                *x += mark(p, i);
            }
        }
    }
}

fn mark(p: usize, i: usize) -> f32 {
    (1 + 100 * p + i) as f32
}

proptest! {
    #[test]
    fn rows_are_shared_out(case in Case::any()) {
        let (mut values, mut scratch) = (case.noughts(), [0.0; SCRATCH]);
        let mut team = case.team(&mut scratch);
        team.rows(&mut values, case.rows, case.stride(), case.size(), case.align, &|part, _| {
            assert_eq!(part.rows().start % case.align, 0);
            assert!(part.rows().end % case.align == 0 || part.rows().end == case.rows);
            assert_eq!(part.units(), 0..case.units);
            case.write(part);
        });
        prop_assert_eq!(values, case.written());
    }

    #[test]
    fn spans_are_shared_out(case in Case::any()) {
        let (mut values, mut scratch) = (case.noughts(), [0.0; SCRATCH]);
        let mut team = case.team(&mut scratch);
        team.spans(&mut values, case.rows, case.stride(), case.size(), case.align, &|part, _| {
            assert_eq!(part.rows(), 0..case.rows);
            assert_eq!(part.units().start % case.align, 0);
            assert!(part.units().end % case.align == 0 || part.units().end == case.units);
            case.write(part);
        });
        prop_assert_eq!(values, case.written());
    }

    #[test]
    fn alone_is_the_whole(case in Case::any()) {
        let (mut values, mut scratch) = (case.noughts(), [0.0; SCRATCH]);
        let mut team = case.team(&mut scratch);
        team.alone(&mut values, case.rows, case.stride(), case.size(), &|part, scratch| {
            assert_eq!((part.rows(), part.units()), (0..case.rows, 0..case.units));
            assert_eq!(scratch.len(), SCRATCH);
            case.write(part);
        });
        prop_assert_eq!(values, case.written());
    }

    /// The last rows are in the ring, each where its number says.
    #[test]
    fn a_ring_keeps_the_last_rows(case in Case::any(), power in 0..4_u32, first in 0..20_usize) {
        let kept = 1_usize << power;
        let (stride, span) = (case.stride(), case.unit * case.units);
        let rows = first..first + case.rows;
        let mut values = vec![0.0; (kept - 1) * stride + span];
        let mut part = Part::ring(&mut values, rows.clone(), stride, kept - 1, case.unit, case.units);
        prop_assert_eq!((part.rows(), part.units()), (rows.clone(), 0..case.units));
        for p in rows.clone() {
            part.row(p).fill(p as f32);
        }
        for p in rows.rev().take(kept) {
            let at = p % kept * stride;
            prop_assert!(values[at..at + span].iter().all(|&x| x == p as f32));
        }
    }

    /// Nobody gets at what is not a part's, in any build.
    #[test]
    fn a_row_outside_is_refused(rows in 0..6_usize, first in 0..6_usize, asked in 0..20_usize) {
        let mut values = [0.0; 4 * 7];
        let part = Part::ring(&mut values, first..first + rows, 7, 3, 1, 7);
        prop_assert_eq!(asks(part, asked), (first..first + rows).contains(&asked));
    }
}

/// Whether a part gives this row.
fn asks(mut part: Part<'_>, row: usize) -> bool {
    catch_unwind(AssertUnwindSafe(|| part.row(row).len())).is_ok()
}

/// Whether a team shares out rows of so many floats, `stride` apart, of a result of 20.
fn shares(rows: usize, stride: usize, size: [usize; 2]) -> [bool; 3] {
    let mut scratch = [0.0; SCRATCH];
    let mut team = Team::of(&POOLS[1], &mut scratch);
    let mut accepts = |of: &dyn Fn(&mut Team<'_>, &mut [f32])| {
        catch_unwind(AssertUnwindSafe(|| of(&mut team, &mut [0.0; 20]))).is_ok()
    };
    [
        accepts(&|team, values| team.rows(values, rows, stride, size, 1, &|_, _| ())),
        accepts(&|team, values| team.spans(values, rows, stride, size, 1, &|_, _| ())),
        accepts(&|team, values| team.alone(values, rows, stride, size, &|_, _| ())),
    ]
}

#[test]
fn a_result_that_is_too_short_is_refused() {
    assert_eq!(shares(4, 5, [1, 5]), [true; 3]);
    assert_eq!(shares(3, 8, [2, 2]), [true; 3], "no gap behind the last row");
    assert_eq!(shares(5, 5, [1, 5]), [false; 3]);
    assert_eq!(shares(4, 6, [1, 3]), [false; 3]);
    assert_eq!(shares(2, usize::MAX, [2, 2]), [false; 3]);
    assert_eq!(shares(2, 5, [usize::MAX, 2]), [false; 3]);
}

/// Alone they may: one part has them all.
#[test]
fn rows_that_overlap_are_not_shared_out() {
    assert_eq!(shares(4, 4, [1, 5]), [false, false, true]);
    assert_eq!(shares(2, 0, [2, 5]), [false, false, true]);
}
