//! Several places of one arena at once, some of them to be written.

use std::ops::Range;

/// The slices at `reads` and `writes`. The same range may be read several times; otherwise no two
/// ranges overlap, which the plan sees to.
pub(super) fn disjoint<'a>(
    arena: &'a mut [f32],
    reads: &[Range<usize>],
    writes: &[Range<usize>],
) -> (Vec<&'a [f32]>, Vec<&'a mut [f32]>) {
    let mut ranges: Vec<&Range<usize>> = reads.iter().chain(writes).collect();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup();
    let mut read: Vec<&[f32]> = vec![&[]; reads.len()];
    let mut written: Vec<&mut [f32]> = writes.iter().map(|_| &mut [][..]).collect();
    let (mut rest, mut at) = (arena, 0);
    for range in ranges {
        let (_, from) = rest.split_at_mut(range.start - at);
        let (piece, behind) = from.split_at_mut(range.len());
        (rest, at) = (behind, range.end);
        if let Some(index) = writes.iter().position(|w| w == range) {
            written[index] = piece;
        } else {
            let piece: &[f32] = piece;
            for (slot, _) in read.iter_mut().zip(reads).filter(|(_, r)| *r == range) {
                *slot = piece;
            }
        }
    }
    (read, written)
}

#[cfg(test)]
mod tests {
    use super::disjoint;

    #[test]
    fn a_range_may_be_read_twice_beside_a_write() {
        let mut arena: Vec<f32> = (0..8_u8).map(f32::from).collect();
        let write = 3..4;
        let (reads, mut writes) =
            disjoint(&mut arena, &[5..7, 0..2, 5..7], std::slice::from_ref(&write));
        assert_eq!(reads, [&[5.0, 6.0][..], &[0.0, 1.0], &[5.0, 6.0]]);
        writes[0][0] = 9.0;
        assert_eq!(arena[3], 9.0);
    }
}
