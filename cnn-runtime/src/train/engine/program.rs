//! What emitted code gives of a model that trains: tables and two functions.

use crate::pool::Team;
use crate::simd::InstructionSet;
use crate::train::Head;
use cnn_weights::{Fold, Pack, Table};
use std::ops::Range;

/// Runs a phase: its number, the instructions, who computes, in which memory.
pub type Run = fn(usize, InstructionSet, &mut Team<'_>, Memory<'_>);

/// What a phase reads and writes.
#[derive(Debug)]
pub struct Memory<'m> {
    /// The packed weights.
    pub weights: &'m [f32],
    /// The sample's values; or the operands and results of several samples.
    pub arena: &'m mut [f32],
    /// What the phase makes and uses up.
    pub passing: &'m mut [f32],
    /// The gradients of the slot.
    pub gradients: &'m mut [f32],
    /// Whether nothing was added to the phase's gradients in this batch: they become 0 first.
    pub fresh: bool,
    /// Which tensors need none.
    pub frozen: &'m [bool],
}

/// The training of one model. Values of one sample lie in an arena; places in it are first and one past the last `f32`.
#[derive(Debug)]
pub struct Program {
    /// The tensors, and how parameters are packed for the kernels.
    pub table: &'static Table,
    /// How a slot's gradients are packed.
    pub gradients: &'static [Pack],
    /// `f32`s of them.
    pub gradients_len: usize,
    /// `f32`s of a sample's arena.
    pub arena: usize,
    /// `f32`s of what a phase of a sample makes and uses up, behind those of the arena.
    pub passing: usize,
    /// `f32`s of scratch memory of one thread.
    pub scratch: usize,
    /// Height, width, channels of the input.
    pub input: [usize; 3],
    /// Numbers of the output, and so of the logits.
    pub outputs: usize,
    /// Height and width of the output; 1 of a vector.
    pub pixels: [usize; 2],
    /// What the last layer is.
    pub head: Head,
    /// The layers in order, each with its first tensor and one past its last.
    pub layers: &'static [(&'static str, [usize; 2])],
    /// For each tensor whether it is frozen by the model's text.
    pub frozen: &'static [bool],
    /// Samples at a time of the phases that take several.
    pub samples: usize,
    /// The phases, in order.
    pub phases: &'static [Phase],
    /// What stands behind each phase but the last.
    pub bounds: &'static [Bound],
    /// The batch norms.
    pub norms: &'static [Norm],
    /// Where a sample has what its random numbers depend on, if there are any.
    pub draw: Option<[usize; 2]>,
    /// Values that stand in memory when the last loss is taken, each with its layer's name, in order.
    pub saved: &'static [(&'static str, [usize; 2])],
    /// The first phase behind the layers at the beginning that the model's text freezes, and the one
    /// value that it and those behind it read of them; where there is one.
    pub features: Option<(usize, [usize; 2])>,
    /// Writes an image into an arena.
    pub read: fn(&mut [f32], &[f32]),
    /// Runs a phase of a sample.
    pub run: Run,
}

/// Of what a phase is.
#[derive(Debug, Clone, Copy)]
pub enum Phase {
    /// A sample: it runs in the sample's arena.
    Each,
    /// Several samples. It runs in memory where for each place that it reads, and then for each that
    /// it writes, the numbers of one sample lie behind those of the other.
    Together {
        /// Places in the samples' arenas.
        reads: &'static [[usize; 2]],
        /// Places in the samples' arenas.
        writes: &'static [[usize; 2]],
    },
}

/// What stands between two phases.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// Nothing.
    Nothing,
    /// The loss of the sample; those of auxiliary heads stand behind that of the output.
    Loss {
        /// Whether of an auxiliary head.
        aux: bool,
        /// What is read.
        logits: [usize; 2],
        /// What is written.
        d_logits: [usize; 2],
    },
    /// The moments of all samples become those of the batch.
    Moments {
        /// Index of the batch norm.
        norm: usize,
        /// Means, then sums of squared differences, each of `channels` filled up to 16.
        at: [usize; 2],
    },
    /// The sums of all samples become those of the batch.
    Sums {
        /// Index of the batch norm.
        norm: usize,
        /// Sums of `d_y`, then of `d_y` times the difference from the mean.
        at: [usize; 2],
    },
}

/// A batch norm.
#[derive(Debug, Clone, Copy)]
pub struct Norm {
    /// Its tensors.
    pub tensors: Fold,
    /// `running = momentum * running + (1 - momentum) * batch`.
    pub momentum: f32,
    /// First `f32` of its piece of the weights: six rows of `channels` filled up to 16.
    pub offset: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels of a sample.
    pub pixels: usize,
    /// Whether its statistics are the running ones, and stay.
    pub frozen: bool,
}

impl Norm {
    /// Whether it takes its running statistics, and leaves them as they are: where it is frozen by the
    /// model's text, or its tensors are.
    pub(super) fn is_frozen(&self, tensors: &[bool]) -> bool {
        self.frozen || tensors[self.tensors.mean]
    }
}

/// So many slots a batch has at most: more threads than that find nothing to do.
pub(super) const SLOTS: usize = 8;
/// `f32`s that the gradients of all slots may take, if two slots do not take more: 64 MB.
const GRADIENTS: usize = 16 << 20;

impl Program {
    /// So many slots a batch is cut into, whatever its size.
    pub(super) fn slots(&self) -> usize {
        let slots = (GRADIENTS / self.gradients_len.max(1)).clamp(2, SLOTS);
        // A power of two is shared out evenly.
        1 << slots.ilog2()
    }

    /// The samples of a slot: as many groups in each, or one less.
    pub(super) fn span(&self, samples: usize, slot: usize) -> Range<usize> {
        let (group, slots) = (self.side_by_side(), self.slots());
        let groups = samples.div_ceil(group);
        // `groups * slot / slots`, which must not overflow.
        let before = |slot: usize| groups / slots * slot + groups % slots * slot / slots;
        let first = |slot: usize| before(slot).saturating_mul(group).min(samples);
        first(slot)..first(slot + 1)
    }

    /// The most samples of a slot, and so many of them have arenas: all where samples wait for each
    /// other, else those that go side by side.
    pub(super) fn samples_of_a_slot(&self, samples: usize, waits: bool) -> [usize; 2] {
        let most = (0..self.slots()).map(|slot| self.span(samples, slot).len()).max().unwrap_or(0);
        [most, if waits { most } else { most.min(self.side_by_side()) }]
    }

    /// Bytes that an engine allocates for batches of so many samples, its packed weights among them.
    pub fn bytes(&self, batch: usize) -> u64 {
        let waits = self.bounds.iter().any(|bound| match bound {
            Bound::Nothing | Bound::Loss { .. } => false,
            Bound::Moments { norm, .. } | Bound::Sums { norm, .. } => !self.norms[*norm].frozen,
        });
        let [most, arenas] = self.samples_of_a_slot(batch, waits);
        let numbers = [
            arenas.saturating_mul(self.arena),
            self.passing,
            self.gradients_len,
            self.scratch,
            self.together(),
            most.saturating_mul(1 + self.outputs),
        ];
        let of_a_slot = numbers.into_iter().fold(0, usize::saturating_add);
        let all = self.slots().saturating_mul(of_a_slot).saturating_add(self.table.len);
        all.saturating_mul(size_of::<f32>()) as u64
    }

    /// The first layer of which a saved value is not finite.
    pub(super) fn first_not_finite(&self, arena: &[f32]) -> &'static str {
        let finite = |at: &[usize; 2]| arena[at[0]..at[1]].iter().all(|x| x.is_finite());
        self.saved.iter().find(|(_, at)| !finite(at)).map_or("loss", |(layer, _)| layer)
    }

    /// Whether no other loss follows that behind this phase.
    pub(super) fn is_last_loss(&self, phase: usize) -> bool {
        !self.bounds[phase + 1..].iter().any(|bound| matches!(bound, Bound::Loss { .. }))
    }

    /// Samples that go through the phases side by side.
    pub(super) fn side_by_side(&self) -> usize {
        let several = self.phases.iter().any(|phase| matches!(phase, Phase::Together { .. }));
        if several { self.samples } else { 1 }
    }

    /// `f32`s of the memory that several samples are computed in together.
    pub(super) fn together(&self) -> usize {
        let of = |phase: &Phase| match phase {
            Phase::Each => 0,
            Phase::Together { reads, writes } => {
                reads.iter().chain(*writes).map(|[from, to]| to - from).sum()
            }
        };
        self.samples * self.phases.iter().map(of).max().unwrap_or(0)
    }
}
