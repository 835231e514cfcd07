//! What every emitted type holds: packed weights, idle workspaces, threads.

use crate::pool::{Pool, Team};
use crate::simd::{self, InstructionSet, Sets};
use crate::workspace::Aligned;
use crate::{Load, LoadError, Workspace};
use cnn_weights::{Table, Tensor};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Packed weights: on the heap, or where the program has them.
#[derive(Clone)]
enum Weights {
    Owned(Arc<Aligned>),
    Embedded(&'static [f32]),
}

/// The inside of an emitted type.
pub struct Net {
    weights: Weights,
    /// `f32`s of a workspace.
    workspace: usize,
    idle: Mutex<Vec<Workspace>>,
    pool: Pool,
    instruction_set: InstructionSet,
    sets: Sets,
}

impl Weights {
    /// A copy on the heap.
    fn of(values: &[f32]) -> Self {
        Self::Owned(Arc::new(Aligned::of(values)))
    }
}

impl Net {
    /// Packed weights and a first workspace of so many `f32`s.
    fn new(weights: Weights, workspace: usize) -> Self {
        Self {
            weights,
            workspace,
            idle: Mutex::new(vec![Workspace::new(workspace)]),
            pool: Pool::default(),
            instruction_set: InstructionSet::Portable,
            sets: Sets::none(),
        }
    }

    /// Seeded random weights.
    pub fn init(table: &Table, workspace: usize, seed: u64) -> Self {
        let values = cnn_weights::init(&table.tensors, seed);
        Self::new(Weights::of(&cnn_weights::pack(table, &values)), workspace)
    }

    /// The weights of a file; `ignored` may be in it.
    ///
    /// # Errors
    /// Everything that is wrong with the file, at once.
    pub fn load(
        table: &Table,
        ignored: &[Tensor],
        workspace: usize,
        load: &Load,
    ) -> Result<Self, LoadError> {
        let values = cnn_weights::read(load, &table.tensors, ignored)?;
        Ok(Self::new(Weights::of(&cnn_weights::pack(table, &values)), workspace))
    }

    /// Weights embedded at compile time. They are used where they lie, unless kernels are to be
    /// transformed or the processor's numbers are not little-endian.
    pub fn packed(table: &Table, bytes: &'static [u8], workspace: usize) -> Self {
        let embedded = simd::floats(bytes).filter(|weights| weights.len() == table.len);
        let weights = match embedded {
            Some(weights) if !table.transforms() => Weights::Embedded(weights),
            Some(_) | None => {
                let mut weights = Aligned::zeros(table.len);
                cnn_weights::unpack(table, bytes, weights.get_mut());
                Weights::Owned(Arc::new(weights))
            }
        };
        Self::new(weights, workspace)
    }

    /// The weights of these tensors.
    #[cfg(feature = "train")]
    pub fn of(table: &Table, values: &[Vec<f32>], workspace: usize) -> Self {
        Self::new(Weights::of(&cnn_weights::pack(table, values)), workspace)
    }

    /// The weights of these tensors from now on.
    #[cfg(feature = "train")]
    pub fn pack(&mut self, table: &Table, values: &[Vec<f32>]) {
        self.weights = Weights::of(&cnn_weights::pack(table, values));
    }

    /// Lends the parameters of a model to a training loop, on the net's threads.
    #[cfg(feature = "train")]
    pub fn learn<M: crate::train::Trains, R>(
        &self,
        parameters: &mut crate::train::Parameters,
        train: impl FnOnce(&mut crate::train::Engine<'_>) -> R,
    ) -> R {
        let (values, frozen) = parameters.split();
        let (pool, set) = (&self.pool, self.instruction_set);
        train(&mut crate::train::Engine::new(M::program(), values, frozen, pool, set))
    }

    /// The packed weights.
    pub fn weights(&self) -> &[f32] {
        match &self.weights {
            Weights::Owned(weights) => weights.get(),
            Weights::Embedded(weights) => weights,
        }
    }

    /// An idle workspace, or a new one where all are in use.
    pub fn take(&self) -> Workspace {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Workspace::new(self.workspace))
    }

    /// Gives a workspace back.
    pub fn give(&self, workspace: Workspace) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }

    /// Starts the threads that compute from now on with the caller's, `threads` in all, each with
    /// `scratch` `f32`s of its own. The ones before them end; a prediction that uses them is waited
    /// for. None or one is the caller alone.
    pub fn set_threads(&self, threads: usize, scratch: usize) {
        self.pool.set_threads(threads, scratch);
    }

    /// Who computes a prediction: the caller, with this scratch memory, and the net's threads.
    pub fn team<'a>(&'a self, scratch: &'a mut [f32]) -> Team<'a> {
        Team::of(&self.pool, scratch)
    }

    /// Has kernels for these sets, and uses the widest that the processor has.
    #[must_use]
    pub fn with_sets(mut self, sets: Sets) -> Self {
        self.sets = sets;
        self.use_instruction_set(InstructionSet::widest());
        self
    }

    /// Lets the kernels use these instructions, or the next narrower ones that there are kernels for.
    pub fn use_instruction_set(&mut self, set: InstructionSet) {
        self.instruction_set = self.sets.widest_within(set);
    }

    /// The instructions that the kernels use.
    pub fn instruction_set(&self) -> InstructionSet {
        self.instruction_set
    }

    /// The net's threads.
    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").field("threads", &self.pool.threads()).finish_non_exhaustive()
    }
}

impl Clone for Net {
    fn clone(&self) -> Self {
        let mut net = Self::new(self.weights.clone(), self.workspace);
        net.pool = self.pool.clone();
        net.sets = self.sets;
        net.use_instruction_set(self.instruction_set);
        net
    }
}

impl Workspace {
    /// A workspace of so many `f32`s, for emitted code.
    #[doc(hidden)]
    pub fn __new(len: usize) -> Self {
        Self::new(len)
    }

    /// The arena, and scratch memory for the caller's thread, for emitted code.
    #[doc(hidden)]
    pub fn __split(&mut self, arena: usize, scratch: usize) -> (&mut [f32], &mut [f32]) {
        self.arena(arena + scratch).split_at_mut(arena)
    }
}
