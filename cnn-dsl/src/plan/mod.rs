//! From a correct network to what runs.
//!
//! In: [`ir::Network`](crate::ir::Network). Out: a [`Plan`]: distinct kernels, the schedule of their
//! calls, every value's layout and place in one arena, and the table by which weights are packed.
//! Batch norm is folded and activations are fused here. Nothing here can fail, nothing here prints:
//! `emit` turns a plan into tokens and the dynamic executor runs it as it is.

mod arena;
mod budget;
mod build;
mod front;
mod fuse;
pub mod layers;
mod layout;
mod place;
pub mod predict;
mod share;
mod spans;
mod steps;
pub mod summary;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod training;
mod weights;

pub use budget::{MAX_ARENA_BYTES, over_budget};
pub use build::plan;
pub use front::{Reach, Ring, Stage};
pub use layers::Kernel;
pub use layout::Layout;
pub use share::Sharing;
pub use steps::StepRow;
pub use target::Isa;
pub use training::{Bound, Features, Norm, Phase, Training};

use crate::ir::{LayerId, Network, Shape, ValueId};
use cnn_weights::{Pack, Table};

/// Index into [`Plan::buffers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub usize);

/// Index into [`Plan::kernels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KernelId(pub usize);

/// Index into the packs of [`Plan::weights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackId(pub usize);

/// What runs.
#[derive(Debug, Clone)]
pub struct Plan<'n> {
    /// What it was made from: names, documentation, figures.
    pub network: &'n Network,
    /// Where values live.
    pub buffers: Vec<Buffer>,
    /// Length of the arena in `f32`s.
    pub arena: usize,
    /// So many of them stand longer than one phase of training; the rest is used by each sample in
    /// turn. In inference all of them.
    pub standing: usize,
    /// `f32`s of scratch memory that a thread needs beside it.
    pub scratch: usize,
    /// Distinct kernels: equal (operation, shapes, layouts, tile) are one.
    pub kernels: Vec<Kernel>,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// The leading steps that one thread runs row by row; empty where there are none.
    pub front: Vec<Stage>,
    /// How the weights are packed.
    pub weights: Table,
    /// Where a training network's layers add the gradients of their weights, and how many `f32`s that
    /// is; nothing for others.
    pub gradients: (Vec<Pack>, usize),
    /// One buffer an input of the network. The first steps (kernel `Input`) write them, but for those
    /// that are the user's own numbers.
    pub inputs: Vec<BufferId>,
    /// One buffer an output of the network, always in the dense NHWC layout.
    pub outputs: Vec<BufferId>,
    /// One buffer a value asked for by [`Options::keep`], in that order.
    pub kept: Vec<BufferId>,
}

/// What a caller may ask of the plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Values that must stand in memory when the run ends, dense NHWC: nothing is fused over them
    /// and their place is not used again.
    pub keep: Vec<ValueId>,
}

/// A value's place. Several values may share a buffer where an operation is a mere renaming
/// (`flatten`, `dropout`, `identity`), and one may lie in another where it is some of its channels
/// (`concat`, `slice`, `split`); such layers stand in no step, and neither do those whose results
/// nobody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffer {
    /// Its shape; of several values' the first one's, so an image's where it was flattened.
    pub shape: Shape,
    /// Its layout.
    pub layout: Layout,
    /// First `f32` in the arena, a multiple of 16; 0 where it has no place there.
    pub offset: usize,
    /// `f32`s from its first to its last, with whatever lies between its rows.
    pub len: usize,
    /// `f32`s from a row to the next one: more than the row has where it lies in another buffer.
    pub stride: usize,
    /// The buffer that it lies in.
    pub within: Option<Within>,
    /// The input of the network that it is: read where the user has it, with no place in the arena.
    pub user: Option<usize>,
}

/// Where a buffer lies in another one: in some blocks of channels of each of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// The other one.
    pub buffer: BufferId,
    /// `f32`s from the other one's row to its own.
    pub first: usize,
}

/// One call of a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The layers it computes: one, and those fused into it. Empty for an input's step and for a
    /// conversion between layouts.
    pub layers: Vec<LayerId>,
    /// What runs.
    pub kernel: KernelId,
    /// What it reads, in the order of the kernel's operands. For the kernel `Input` empty: it reads
    /// the user's image.
    pub reads: Vec<BufferId>,
    /// What it writes. Reads and writes of one step never overlap in the arena, from the first `f32`
    /// of a buffer to its last.
    pub writes: Vec<BufferId>,
    /// The pieces of the weight blob, in the order the kernel takes them: kernel, then bias.
    pub weights: Vec<PackId>,
    /// Where it adds gradients, in the order the kernel takes them.
    pub gradients: Vec<PackId>,
}

impl Plan<'_> {
    /// Bytes of the arena and one thread's scratch memory.
    pub fn arena_bytes(&self) -> u64 {
        (self.arena + self.scratch) as u64 * 4
    }

    /// Bytes of the packed weights, kernels transformed where they are.
    pub fn weight_bytes(&self) -> u64 {
        self.weights.len as u64 * 4
    }
}
