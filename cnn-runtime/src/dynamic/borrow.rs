//! Several places of one arena at once, some of them to be written.

use std::ops::Range;

/// The slices at `reads` and `writes`. Reads may overlap, or be the same; a write overlaps nothing,
/// which the plan sees to.
pub(super) fn disjoint<'a>(
    arena: &'a mut [f32],
    reads: &[Range<usize>],
    writes: &[Range<usize>],
) -> (Vec<&'a [f32]>, Vec<&'a mut [f32]>) {
    let mut order: Vec<usize> = (0..writes.len()).collect();
    order.sort_by_key(|&index| writes[index].start);
    let mut written: Vec<&mut [f32]> = writes.iter().map(|_| &mut [][..]).collect();
    let mut between: Vec<(usize, &[f32])> = Vec::new();
    let (mut rest, mut at) = (arena, 0);
    for index in order {
        let (before, from) = rest.split_at_mut(writes[index].start - at);
        between.push((at, before));
        let (piece, behind) = from.split_at_mut(writes[index].len());
        written[index] = piece;
        (rest, at) = (behind, writes[index].end);
    }
    between.push((at, rest));
    let read = |range: &Range<usize>| {
        let piece = between.iter().rev().find(|(from, _)| *from <= range.start);
        piece.map_or(&[][..], |(from, piece)| &piece[range.start - from..range.end - from])
    };
    (reads.iter().map(read).collect(), written)
}

#[cfg(test)]
mod tests {
    use super::disjoint;

    #[test]
    fn ranges_that_are_read_may_overlap() {
        let mut arena: Vec<f32> = (0..8_u8).map(f32::from).collect();
        let write = 3..4;
        let (reads, mut writes) =
            disjoint(&mut arena, &[5..7, 0..2, 5..7, 6..8], std::slice::from_ref(&write));
        assert_eq!(reads, [&[5.0, 6.0][..], &[0.0, 1.0], &[5.0, 6.0], &[6.0, 7.0]]);
        writes[0][0] = 9.0;
        assert_eq!(arena[3], 9.0);
    }
}
