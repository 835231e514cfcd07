//! What becomes of all samples of a batch together: the batch's statistics, and one gradient.
//!
//! In: what the slots hold. Out: the sum of their gradients where the parameters stand; what batch
//! norms know of the batch. Slots and samples are taken in order, by however many threads.

use super::norm::Tensors;
use super::program::SLOTS;
use super::{Bound, Engine, Program, Slot};
use crate::pool::Team;
use cnn_weights::unpack_gradient;
use std::sync::{MutexGuard, PoisonError};

/// `f32`s that a processor moves at once: no two threads write to the same ones.
const CACHE_LINE: usize = 16;

impl Engine<'_> {
    /// Adds the gradients of the other slots to those of the first one, in order; a span a thread.
    pub(super) fn sum_gradients(&mut self) {
        let mut slots = self
            .slots
            .iter_mut()
            .map(|slot| slot.get_mut().unwrap_or_else(PoisonError::into_inner).gradients.get_mut());
        let Some(first) = slots.next() else { return };
        let others: [_; SLOTS] = std::array::from_fn(|_| slots.next());
        let len = first.len();
        Team::of(self.pool, &mut []).spans(first, 1, len, [1, len], CACHE_LINE, &|mut part, _| {
            let span = part.units();
            let sums = part.row(0);
            for other in others.iter().flatten() {
                let numbers = sums.iter_mut().zip(&other[span.clone()]);
                numbers.for_each(|(sum, number)| *sum += number);
            }
        });
    }

    /// Brings the summed gradients to where the parameters stand; those of frozen ones are 0.
    pub(super) fn unpack_gradients(&self, gradient: &mut [f32]) {
        let (tensors, slot) = (&self.program.table.tensors, self.slot(0));
        let pieces = slot.gradients.get();
        self.pool.pieces(gradient, &self.places, &|tensor, to| {
            if self.frozen[tensor] {
                to.fill(0.0);
            } else {
                unpack_gradient(&tensors[tensor], &self.gradients[tensor], pieces, to);
            }
        });
    }

    /// What all samples have computed becomes the batch's.
    pub(super) fn meet(&mut self, bound: Bound, gradient: &mut [f32]) {
        let (Bound::Moments { norm, at } | Bound::Sums { norm, at }) = bound else { return };
        let Self { program, places, parameters, weights, slots, samples, .. } = self;
        // No vector: a batch has several of these meetings.
        let slots: [_; SLOTS] = std::array::from_fn(|slot| {
            let slot = slots.get(slot)?;
            Some(slot.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let samples = Self::each(&slots, program, *samples, at);
        let norm = &program.norms[norm];
        let tensors = Tensors { norm, places };
        match bound {
            Bound::Moments { .. } => tensors.moments(samples, parameters, weights.get_mut()),
            Bound::Sums { .. } => tensors.sums(samples, weights.get_mut(), gradient),
            Bound::Nothing | Bound::Loss { .. } => {}
        }
    }

    /// A sample's numbers at a place of its arena, sample by sample.
    fn each<'s>(
        slots: &'s [Option<MutexGuard<'_, Slot>>],
        program: &'static Program,
        samples: usize,
        at: [usize; 2],
    ) -> impl Iterator<Item = &'s [f32]> + Clone {
        slots.iter().flatten().enumerate().flat_map(move |(index, slot)| {
            let arenas = slot.arenas.get().chunks_exact(program.arena);
            arenas.take(program.span(samples, index).len()).map(move |arena| &arena[at[0]..at[1]])
        })
    }
}
