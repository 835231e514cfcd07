//! Places in the arena by lifetime.
//!
//! In: each buffer's length and the steps during which it must stand. Out: its offset. Buffers
//! whose lifetimes meet never overlap. Large ones are placed first, each in the tightest gap that
//! its neighbours in time leave (Pisarchyk and Lee 2020, "greedy by size"): on a chain of layers
//! that is the largest sum of a reader's operands and results.

use std::cmp::Reverse;

/// Every offset is a multiple of this many `f32`s: one cache line, one AVX-512 vector.
pub(in crate::plan) const ALIGN: usize = 16;

/// Beyond so many pairs of buffers that meet in time every buffer gets a place of its own, so that
/// planning time stays bounded: a concatenation of 10,000 values has no memory to save anyway.
const MAX_MEETINGS: u64 = 50_000_000;

/// A buffer without a place.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Request {
    /// `f32`s.
    pub len: usize,
    /// The step that writes it.
    pub first: usize,
    /// The last step that reads it, not before `first`.
    pub last: usize,
}

/// The offset of each buffer, and the arena's length.
pub(in crate::plan) fn place(requests: &[Request]) -> (Vec<usize>, usize) {
    if meetings(requests) > MAX_MEETINGS {
        return side_by_side(requests);
    }
    let steps = requests.iter().map(|r| r.last + 1).max().unwrap_or(0);
    let mut starting: Vec<Vec<usize>> = vec![Vec::new(); steps];
    let mut standing: Vec<Vec<usize>> = vec![Vec::new(); steps];
    let mut offsets = vec![0; requests.len()];
    let mut order: Vec<usize> = (0..requests.len()).collect();
    order.sort_by_key(|&i| (Reverse(requests[i].len), requests[i].first, i));
    let mut arena = 0;
    for i in order {
        let Request { len, first, last } = requests[i];
        let starting_later = starting[first + 1..=last].iter().flatten();
        let mut taken: Vec<(usize, usize)> = (standing[first].iter().chain(starting_later))
            .map(|&j| (offsets[j], offsets[j] + requests[j].len))
            .collect();
        taken.sort_unstable();
        offsets[i] = tightest_gap(&taken, len);
        arena = arena.max((offsets[i] + len).next_multiple_of(ALIGN));
        starting[first].push(i);
        standing[first..=last].iter_mut().for_each(|standing| standing.push(i));
    }
    (offsets, arena)
}

/// The offset of the smallest gap between sorted intervals that holds `len`, else behind them all.
pub(in crate::plan) fn tightest_gap(taken: &[(usize, usize)], len: usize) -> usize {
    let mut best: Option<(usize, usize)> = None;
    let mut free = 0;
    for &(start, end) in taken {
        if start >= free + len && best.is_none_or(|(size, _)| start - free < size) {
            best = Some((start - free, free));
        }
        free = free.max(end.next_multiple_of(ALIGN));
    }
    best.map_or(free, |(_, offset)| offset)
}

/// How many pairs (buffer, other buffer standing at one of its steps) there are.
fn meetings(requests: &[Request]) -> u64 {
    let steps = requests.iter().map(|r| r.last + 1).max().unwrap_or(0);
    let mut change = vec![0_i64; steps + 1];
    for r in requests {
        change[r.first] += 1;
        change[r.last + 1] -= 1;
    }
    let (mut standing, mut sum) = (0_i64, 0_u64);
    for step in &change[..steps] {
        standing += step;
        sum = sum.saturating_add(standing.unsigned_abs().saturating_mul(standing.unsigned_abs()));
    }
    sum
}

/// Every buffer at a place of its own.
fn side_by_side(requests: &[Request]) -> (Vec<usize>, usize) {
    let mut arena = 0;
    let offsets = requests.iter().map(|r| {
        let offset = arena;
        arena += r.len.next_multiple_of(ALIGN);
        offset
    });
    (offsets.collect(), arena)
}

#[cfg(test)]
mod tests {
    use super::{ALIGN, Request, meetings, place, side_by_side};
    use proptest::prelude::*;

    fn requests() -> impl Strategy<Value = Vec<Request>> {
        let one = (1_usize..500, 0_usize..30, 0_usize..8).prop_map(|(len, first, life)| Request {
            len,
            first,
            last: first + life,
        });
        prop::collection::vec(one, 0..60)
    }

    fn overlap(a: (usize, usize), b: (usize, usize)) -> bool {
        a.0 < b.1 && b.0 < a.1
    }

    fn check(requests: &[Request], (offsets, arena): (Vec<usize>, usize)) {
        assert_eq!(offsets.len(), requests.len());
        for (i, a) in requests.iter().enumerate() {
            assert_eq!(offsets[i] % ALIGN, 0);
            assert!(offsets[i] + a.len <= arena);
            for (j, b) in requests.iter().enumerate().take(i) {
                let in_time = overlap((a.first, a.last + 1), (b.first, b.last + 1));
                let in_place =
                    overlap((offsets[i], offsets[i] + a.len), (offsets[j], offsets[j] + b.len));
                assert!(!(in_time && in_place), "{i} and {j}: {a:?} {b:?} {offsets:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn buffers_that_meet_in_time_do_not_overlap(requests in requests()) {
            check(&requests, place(&requests));
            check(&requests, side_by_side(&requests));
        }

        /// The arena is never larger than all buffers side by side.
        #[test]
        fn nothing_is_wasted_beyond_alignment(requests in requests()) {
            prop_assert!(place(&requests).1 <= side_by_side(&requests).1);
        }
    }

    /// The front of MobileNetV1: in the order of time it would take 1,756,160.
    #[test]
    fn a_chain_takes_its_largest_pair() {
        let sizes = [150_528, 401_408, 401_408, 802_816, 200_704];
        let chain: Vec<Request> = (sizes.iter().enumerate())
            .map(|(i, &len)| Request { len, first: i, last: i + 1 })
            .collect();
        assert_eq!(place(&chain).1, 401_408 + 802_816);
    }

    #[test]
    fn meetings_count_pairs_at_each_step() {
        let two = [Request { len: 1, first: 0, last: 1 }, Request { len: 1, first: 1, last: 1 }];
        assert_eq!(meetings(&two), 1 + 4);
    }
}
