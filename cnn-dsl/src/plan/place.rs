//! Where each buffer lies.
//!
//! In: the steps, and what stands until the end. Out: offsets in the arena, by lifetime. In training
//! what one phase makes and uses up passes: it lies behind all that stands longer, in memory that
//! the samples of a batch take in turn and that so stays in the caches.

use crate::plan::arena::{self, Request};
use crate::plan::{Bound, Buffer, BufferId, Phase, Plan, Training, Within, front};

impl Plan<'_> {
    /// Gives every buffer its place, those in `last` until the end, and the arena its length.
    ///
    /// A buffer stands while one that lies in it does. While the front runs what it reads and what
    /// it leaves stand beside each other.
    pub(in crate::plan) fn place(&mut self, last: &[BufferId]) {
        let lives = self.lives(last);
        let passing = self.passing();
        let placed = |passes: bool| {
            let own = |index: &usize| {
                let Buffer { within, user, .. } = self.buffers[*index];
                within.is_none() && user.is_none() && passing[*index] == passes
            };
            (0..self.buffers.len()).filter(own).collect::<Vec<_>>()
        };
        for placed in [placed(false), placed(true)] {
            let requests = placed.iter().map(|&index| {
                let [first, last] = lives[index].unwrap_or([0, 0]);
                Request { len: self.buffers[index].len, first, last }
            });
            let (offsets, len) = arena::place(&requests.collect::<Vec<_>>());
            self.standing = self.arena;
            self.arena += len;
            for (index, offset) in placed.into_iter().zip(offsets) {
                self.buffers[index].offset = self.standing + offset;
            }
        }
        for index in 0..self.buffers.len() {
            if let Some(Within { buffer, first }) = self.buffers[index].within {
                self.buffers[index].offset = self.buffers[buffer.0].offset + first;
            }
        }
        self.arena = front::place(&mut self.front, &self.steps, &self.buffers, self.arena);
        if !self.network.is_training() {
            self.standing = self.arena;
        }
    }

    /// The first and the last step of each buffer that has any.
    fn lives(&self, last: &[BufferId]) -> Vec<Option<[usize; 2]>> {
        let mut outermost: Vec<usize> = Vec::with_capacity(self.buffers.len());
        for (index, buffer) in self.buffers.iter().enumerate() {
            outermost.push(buffer.within.map_or(index, |within| outermost[within.buffer.0]));
        }
        let mut lives: Vec<Option<[usize; 2]>> = vec![None; self.buffers.len()];
        let mut stands = |buffer: BufferId, step: usize| {
            let [first, last] = lives[outermost[buffer.0]].get_or_insert([step, step]);
            (*first, *last) = (step.min(*first), step.max(*last));
        };
        for (index, step) in self.steps.iter().enumerate() {
            step.reads.iter().chain(&step.writes).for_each(|&buffer| stands(buffer, index));
        }
        last.iter().for_each(|&buffer| stands(buffer, self.steps.len()));
        if let [first, .., end] = &*self.front {
            stands(self.steps[first.step].reads[0], end.step);
            stands(self.steps[end.step].writes[0], first.step);
        }
        lives
    }

    /// For each buffer whether one phase of training makes it and uses it up, and the runtime neither
    /// writes nor reads it.
    fn passing(&self) -> Vec<bool> {
        let Some(training) = self.training() else { return vec![false; self.buffers.len()] };
        let mut phases: Vec<Vec<Option<usize>>> = vec![Vec::new(); self.buffers.len()];
        let mut phase_of = vec![None; self.steps.len()];
        for (index, phase) in training.phases.iter().enumerate() {
            if let Phase::Each(steps) = phase {
                phase_of[steps.clone()].fill(Some(index));
            }
        }
        for (step, phase) in self.steps.iter().zip(phase_of) {
            step.reads.iter().chain(&step.writes).for_each(|b| phases[b.0].push(phase));
        }
        let mut passing: Vec<bool> = (phases.iter())
            .map(|phases| match phases[..] {
                [Some(first), ref others @ ..] => others.iter().all(|&phase| phase == Some(first)),
                [..] => false,
            })
            .collect();
        let outside = self.inputs.iter().chain(&self.outputs).chain(&self.kept);
        for buffer in outside.chain(&seen_by_the_runtime(&training)) {
            passing[buffer.0] = false;
        }
        passing
    }
}

/// What the runtime writes or reads between the phases.
fn seen_by_the_runtime(training: &Training) -> Vec<BufferId> {
    let met = training.bounds.iter().flat_map(|bound| match *bound {
        Bound::Nothing => vec![],
        Bound::Loss { logits, d_logits, .. } => vec![logits, d_logits],
        Bound::Moments { moments: met, .. } | Bound::Sums { sums: met, .. } => vec![met],
    });
    met.chain(training.draw).chain(training.features.map(|features| features.value)).collect()
}
