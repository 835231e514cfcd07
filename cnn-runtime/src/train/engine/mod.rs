//! What runs the emitted phases of a model over a batch.
//!
//! In: a [`Program`], its parameters, images. Out: losses and the gradient of every parameter. A batch
//! is cut into a fixed number of slots; threads take slots, and slots are summed in order: the bits do
//! not depend on the number of threads. Nothing is allocated after the first batch of a size.

mod batch;
mod group;
mod norm;
mod program;

pub use program::{Bound, Memory, Norm, Phase, Program};

use crate::__rt::random;
use crate::pool::{Pool, Team, in_order};
use crate::simd::InstructionSet;
use crate::train::{Head, Learner, Output, SampleLoss};
use crate::workspace::Aligned;
use cnn_weights::{Pack, Tensor, gradient_packs, pack_parameters, places};
use group::Group;
use norm::Tensors;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A model that trains: every emitted one with `train;`.
pub trait Trains {
    /// Its training.
    fn program() -> &'static Program;
}

/// Neighbouring samples of a batch, and the memory that they are computed in.
struct Slot {
    arenas: Aligned,
    passing: Aligned,
    gradients: Aligned,
    scratch: Aligned,
    /// Operands and results of samples that are computed together.
    together: Aligned,
    losses: Vec<f32>,
    logits: Vec<f32>,
    /// The first layer of which a value was not finite when a loss was not.
    not_finite: Option<&'static str>,
}

/// A model in training.
pub struct Engine<'a> {
    program: &'static Program,
    /// Where each tensor lies among the parameters.
    places: Vec<Range<usize>>,
    /// Where each piece lies among the packed weights.
    packs: Vec<Range<usize>>,
    /// The pieces of each tensor's gradient.
    gradients: Vec<Vec<Pack>>,
    parameters: &'a mut [f32],
    frozen: &'a [bool],
    pool: &'a Pool,
    set: InstructionSet,
    weights: Aligned,
    slots: Vec<Mutex<Slot>>,
    /// Samples of the batch that runs.
    samples: usize,
    /// Whether batches are values behind the frozen first layers instead of images.
    behind: bool,
    /// Seed and step that random numbers depend on.
    draw: (u64, u64),
}

/// Which phases run, and what is done between them.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    phases: (usize, usize),
    images: &'a [f32],
    /// Whether samples are passed over from the last one to the first.
    back: bool,
    /// None in inference, where nothing is random either.
    loss: Option<&'a SampleLoss<'a>>,
}

impl<'a> Engine<'a> {
    /// A model with these parameters, and which of its tensors are frozen, on these threads.
    pub fn new(
        program: &'static Program,
        parameters: &'a mut [f32],
        frozen: &'a [bool],
        pool: &'a Pool,
        set: InstructionSet,
    ) -> Self {
        let slot = || {
            Mutex::new(Slot {
                arenas: Aligned::zeros(0),
                passing: Aligned::pages(program.passing),
                gradients: Aligned::pages(program.gradients_len),
                scratch: Aligned::pages(program.scratch),
                together: Aligned::pages(program.together()),
                losses: Vec::new(),
                logits: Vec::new(),
                not_finite: None,
            })
        };
        let tensors = &program.table.tensors;
        Self {
            program,
            places: places(tensors),
            packs: program.table.packs.iter().map(|p| p.offset..p.offset + p.len).collect(),
            gradients: gradient_packs(tensors.len(), program.gradients),
            parameters,
            frozen,
            pool,
            set,
            weights: Aligned::pages(program.table.len),
            slots: (0..program.slots()).map(|_| slot()).collect(),
            samples: 0,
            behind: false,
            draw: (0, 0),
        }
    }

    /// The first phase that runs, and where what it is given goes, if that is no image.
    fn start(&self) -> (usize, Option<[usize; 2]>) {
        let features = self.program.features.filter(|_| self.behind);
        features.map_or((0, None), |(phase, at)| (phase, Some(at)))
    }

    /// The samples of a slot.
    fn span(&self, slot: usize) -> Range<usize> {
        self.program.span(self.samples, slot)
    }

    fn slot(&self, slot: usize) -> MutexGuard<'_, Slot> {
        self.slots[slot].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Room for a batch, weights packed.
    fn begin(&mut self, images: &[f32]) {
        self.samples = images.len() / self.sizes().iter().product::<usize>();
        let [most, arenas] = self.program.samples_of_a_slot(self.samples, self.waits());
        let arenas = arenas * self.program.arena;
        for slot in &mut self.slots {
            let slot = slot.get_mut().unwrap_or_else(PoisonError::into_inner);
            if slot.arenas.get().len() < arenas {
                slot.arenas = Aligned::pages(arenas);
            }
            if slot.losses.len() < most {
                slot.losses.resize(most, 0.0);
                slot.logits.resize(most * self.program.outputs, 0.0);
            }
            slot.not_finite = None;
        }
        let (table, weights) = (self.program.table, self.weights.get_mut());
        let (places, parameters) = (&self.places, &*self.parameters);
        self.pool.pieces(weights, &self.packs, &|pack, to| {
            pack_parameters(&table.tensors, &table.packs[pack], places, parameters, to);
        });
        for norm in self.program.norms.iter().filter(|norm| norm.is_frozen(self.frozen)) {
            Tensors { norm, places: &self.places }.running(self.parameters, weights);
        }
    }

    /// Whether samples wait for each other: then each has an arena of its own. They do where a batch
    /// norm takes the statistics of the batch.
    fn waits(&self) -> bool {
        self.program.bounds.iter().any(|bound| self.meets(bound))
    }

    /// Whether samples wait for each other here.
    fn meets(&self, bound: &Bound) -> bool {
        match bound {
            Bound::Nothing | Bound::Loss { .. } => false,
            Bound::Moments { norm, .. } | Bound::Sums { norm, .. } => {
                !self.program.norms[*norm].is_frozen(self.frozen)
            }
        }
    }

    /// Runs phases of all samples.
    fn run(&self, stretch: Stretch<'_>) {
        self.pool.evenly(self.slots.len(), stretch.back, &|slot| self.whole(slot, stretch));
    }

    /// Runs phases of a slot's samples.
    fn whole(&self, slot: usize, stretch: Stretch<'_>) {
        let (step, span) = (self.program.side_by_side(), self.span(slot));
        let mut slot = self.slot(slot);
        if span.is_empty() {
            slot.gradients.get_mut().fill(0.0);
        }
        let mut fresh = true;
        in_order(span.clone().step_by(step), stretch.back, |first| {
            let group = first..(first + step).min(span.end);
            self.group(&mut slot, first - span.start, group, stretch, fresh);
            fresh = false;
        });
    }

    /// Runs phases of samples that go side by side; `within` is the first one's number in the slot.
    /// The first ones of a slot are `fresh`: nothing was added to the slot's gradients yet.
    fn group(
        &self,
        slot: &mut Slot,
        within: usize,
        samples: Range<usize>,
        stretch: Stretch<'_>,
        fresh: bool,
    ) {
        let program = self.program;
        let first = if self.waits() { within } else { 0 };
        let arenas = first * program.arena..(first + samples.len()) * program.arena;
        let mut group = Group {
            arenas: &mut slot.arenas.get_mut()[arenas],
            arena: program.arena,
            together: slot.together.get_mut(),
        };
        let (from, to) = stretch.phases;
        let (start, features) = self.start();
        if from == start {
            let len = stretch.images.len() / self.samples;
            for (arena, sample) in group.each().zip(samples.clone()) {
                let given = &stretch.images[sample * len..(sample + 1) * len];
                match features {
                    Some([from, to]) => arena[from..to].copy_from_slice(given),
                    None => (program.read)(arena, given),
                }
                if let Some([from, to]) = program.draw {
                    let draw = stretch.loss.map(|_| self.draw);
                    random::write(&mut arena[from..to], draw, sample as u64);
                }
            }
        }
        for phase in from..to {
            let mut fresh = fresh;
            let mut run = |arena: &mut [f32]| {
                let mut team = Team::single(slot.scratch.get_mut());
                let memory = Memory {
                    weights: self.weights.get(),
                    arena,
                    passing: slot.passing.get_mut(),
                    gradients: slot.gradients.get_mut(),
                    fresh: std::mem::take(&mut fresh),
                    frozen: self.frozen,
                };
                (program.run)(phase, self.set, &mut team, memory);
            };
            match program.phases[phase] {
                Phase::Each => group.each().for_each(run),
                Phase::Together { reads, writes } => {
                    let len = group.gather(program.samples, reads, writes);
                    run(&mut group.together[..len]);
                    group.scatter(program.samples, reads, writes);
                }
            }
            let Some(&Bound::Loss { aux, logits, d_logits }) = program.bounds.get(phase) else {
                continue;
            };
            let own = slot.logits.chunks_exact_mut(program.outputs).skip(within);
            let losses = slot.losses[within..].iter_mut();
            for (((arena, own), to), sample) in
                group.each().zip(own).zip(losses).zip(samples.clone())
            {
                if !aux {
                    own.copy_from_slice(&arena[logits[0]..logits[1]]);
                }
                let Some(loss) = stretch.loss else { continue };
                let sum = group::loss(arena, [logits, d_logits], |z, d| match aux {
                    false => loss(sample, Output::Main, z, d),
                    true => *to + loss(sample, Output::Aux, z, d),
                });
                *to = sum;
                if !to.is_finite() && slot.not_finite.is_none() && program.is_last_loss(phase) {
                    slot.not_finite = Some(program.first_not_finite(arena));
                }
            }
        }
    }
}

impl Learner for Engine<'_> {
    fn tensors(&self) -> &[Tensor] {
        &self.program.table.tensors
    }

    fn frozen(&self) -> &[bool] {
        self.frozen
    }

    fn sizes(&self) -> [usize; 3] {
        self.start().1.map_or(self.program.input, |[from, to]| [1, 1, to - from])
    }

    fn features(&self) -> Option<usize> {
        self.program.features.map(|(_, [from, to])| to - from)
    }

    fn extract(&mut self, images: &[f32], features: &mut [f32]) {
        let Some((phase, [from, to])) = self.program.features else { return };
        let image: usize = self.program.input.iter().product();
        // One group a slot: then each sample's arena is as it was left.
        let group = self.program.slots() * self.program.side_by_side();
        let groups = images.chunks(group * image).zip(features.chunks_mut(group * (to - from)));
        for (images, features) in groups {
            self.begin(images);
            self.run(Stretch { phases: (0, phase), images, back: false, loss: None });
            let mut features = features.chunks_exact_mut(to - from);
            for slot in 0..self.slots.len() {
                let (len, slot) = (self.span(slot).len(), self.slot(slot));
                let arenas = slot.arenas.get().chunks_exact(self.program.arena).take(len);
                arenas.zip(&mut features).for_each(|(a, own)| own.copy_from_slice(&a[from..to]));
            }
        }
    }

    fn begin_behind_frozen(&mut self, behind: bool) {
        self.behind = behind && self.program.features.is_some();
    }

    fn outputs(&self) -> usize {
        self.program.outputs
    }

    fn pixels(&self) -> [usize; 2] {
        self.program.pixels
    }

    fn head(&self) -> Head {
        self.program.head
    }

    fn parameters(&self) -> &[f32] {
        self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f32] {
        self.parameters
    }

    fn begin_step(&mut self, seed: u64, step: u64) {
        self.draw = (seed, step);
    }

    fn backward(
        &mut self,
        images: &[f32],
        loss: &SampleLoss<'_>,
        losses: &mut [f32],
        logits: &mut [f32],
        gradient: &mut [f32],
    ) {
        self.begin(images);
        // Those of batch norms are written before all others.
        let without = self.places.iter().zip(&self.gradients).filter(|(_, packs)| packs.is_empty());
        without.for_each(|(place, _)| gradient[place.clone()].fill(0.0));
        let program = self.program;
        let (mut first, _) = self.start();
        // There and back: what the last samples left in the caches is read first.
        let mut back = false;
        for (phase, bound) in program.bounds.iter().enumerate().skip(first) {
            if self.meets(bound) {
                self.run(Stretch { phases: (first, phase + 1), images, back, loss: Some(loss) });
                back = !back;
                first = phase + 1;
                self.meet(*bound, gradient);
            }
        }
        self.run(Stretch {
            phases: (first, program.bounds.len() + 1),
            images,
            back,
            loss: Some(loss),
        });
        self.sum_gradients();
        self.unpack_gradients(gradient);
        for slot in 0..self.slots.len() {
            let (span, slot) = (self.span(slot), self.slot(slot));
            losses[span.clone()].copy_from_slice(&slot.losses[..span.len()]);
            let outputs = program.outputs;
            logits[span.start * outputs..span.end * outputs]
                .copy_from_slice(&slot.logits[..span.len() * outputs]);
        }
    }

    fn forward(&mut self, images: &[f32], logits: &mut [f32]) {
        self.begin(images);
        let program = self.program;
        for norm in program.norms {
            let tensors = Tensors { norm, places: &self.places };
            tensors.running(self.parameters, self.weights.get_mut());
        }
        let loss = program.bounds.iter().position(|bound| matches!(bound, Bound::Loss { .. }));
        let phases = (self.start().0, loss.map_or(0, |phase| phase + 1));
        self.run(Stretch { phases, images, back: false, loss: None });
        for slot in 0..self.slots.len() {
            let (span, slot) = (self.span(slot), self.slot(slot));
            let outputs = program.outputs;
            logits[span.start * outputs..span.end * outputs]
                .copy_from_slice(&slot.logits[..span.len() * outputs]);
        }
    }

    fn first_not_finite(&self) -> Option<String> {
        (0..self.slots.len()).find_map(|slot| self.slot(slot).not_finite).map(str::to_owned)
    }
}
