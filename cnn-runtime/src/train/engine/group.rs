//! Samples that go through the phases side by side.
//!
//! In: their arenas. Out: each of them, or what a phase reads of all of them in one piece, and what it
//! wrote back to where it belongs. A group of fewer samples than a phase takes is filled up with
//! zeros, which add nothing to a gradient.

/// Samples of a slot.
pub(super) struct Group<'a> {
    /// Their arenas, one behind the other.
    pub arenas: &'a mut [f32],
    /// `f32`s of one of them.
    pub arena: usize,
    /// What is computed of all of them at once.
    pub together: &'a mut [f32],
}

impl Group<'_> {
    /// The arenas.
    pub fn each(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.arenas.chunks_exact_mut(self.arena)
    }

    /// Brings the numbers of these places together; returns how many numbers the phase takes.
    pub fn gather(&mut self, samples: usize, reads: &[[usize; 2]], writes: &[[usize; 2]]) -> usize {
        let mut end = 0;
        for &[from, to] in reads {
            let len = to - from;
            let rows = &mut self.together[end..end + samples * len];
            end += rows.len();
            let (given, absent) = rows.split_at_mut(self.arenas.len() / self.arena * len);
            let arenas = self.arenas.chunks_exact(self.arena);
            for (row, arena) in given.chunks_exact_mut(len).zip(arenas) {
                row.copy_from_slice(&arena[from..to]);
            }
            absent.fill(0.0);
        }
        end + writes.iter().map(|[from, to]| samples * (to - from)).sum::<usize>()
    }

    /// Writes the results behind the operands to their places.
    pub fn scatter(&mut self, samples: usize, reads: &[[usize; 2]], writes: &[[usize; 2]]) {
        let mut first: usize = reads.iter().map(|[from, to]| samples * (to - from)).sum();
        for &[from, to] in writes {
            let rows = self.together[first..].chunks_exact(to - from);
            first += samples * (to - from);
            for (arena, row) in self.arenas.chunks_exact_mut(self.arena).zip(rows) {
                arena[from..to].copy_from_slice(row);
            }
        }
    }
}

/// Calls a loss with logits of a sample's arena, and with the place of their gradient.
pub(super) fn loss(
    arena: &mut [f32],
    places: [[usize; 2]; 2],
    loss: impl FnOnce(&[f32], &mut [f32]) -> f32,
) -> f32 {
    match arena.get_disjoint_mut(places.map(|[from, to]| from..to)) {
        Ok([logits, d_logits]) => loss(logits, d_logits),
        // A value that a step reads and one that it writes lie apart.
        Err(_) => f32::NAN,
    }
}
