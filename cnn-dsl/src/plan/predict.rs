//! How long a step should take: a model of arithmetic and memory, no measurement.
//!
//! In: a step and an instruction set. Out: its work in multiply-adds and bytes. What caches keep
//! between steps and what threads share is deliberately absent.

use crate::plan::layers::conv::{Conv, Form, winograd};
use crate::plan::layers::{Kernel, PANEL};
use crate::plan::{Buffer, BufferId, Isa, Plan, Step};

/// Bytes a second of values that the step before has just written: a second-level cache that gives
/// 16 bytes a cycle at 3.7 GHz.
pub const NEAR: f64 = 60e9;

/// Bytes a second of weights that do not stay near from one run to the next: what one core gets
/// from memory.
pub const FAR: f64 = 20e9;

/// So many bytes of weights stay near: a second-level cache of 1 MB.
const NEAR_BYTES: u64 = 1 << 20;

/// Multiply-adds a second of a nominal core: sixteen a cycle at 3.7 GHz.
pub const NOMINAL_PEAK: f64 = 59.2e9;

/// Vector operations that must be under way to hide how long one takes.
const UNDER_WAY: usize = 8;

/// What a step has to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Work {
    /// Multiply-adds that the peak is spent on, used or not.
    arithmetic: f64,
    /// Seconds of reading and writing.
    memory: f64,
}

impl Work {
    /// Seconds on a core of that peak.
    pub fn seconds(self, peak: f64) -> f64 {
        (self.arithmetic / peak).max(self.memory)
    }
}

/// The work of a step that has so many multiply-adds.
pub(super) fn work(plan: &Plan<'_>, step: &Step, mult_adds: u64, isa: Isa) -> Work {
    let arithmetic = match &plan.kernels[step.kernel.0] {
        Kernel::Conv(conv) => match conv.form {
            Form::Channels { .. } => channels(conv, isa),
            Form::Columns { .. } => columns(conv, isa),
            Form::Winograd { tile, .. } => {
                (winograd::time(tile, conv.x.shape, conv.y.shape) * PANEL) as f64
            }
        },
        // Each weight is multiplied once; of the others' multiply-adds nothing is known.
        Kernel::Dw(_)
        | Kernel::Dense(_)
        | Kernel::Input(_)
        | Kernel::Deconv(_)
        | Kernel::Pool(_)
        | Kernel::Bn(_)
        | Kernel::Activation(_)
        | Kernel::Softmax(_)
        | Kernel::Lrn(_)
        | Kernel::Add(_)
        | Kernel::Mul(_)
        | Kernel::Concat(_)
        | Kernel::Scale(_)
        | Kernel::Pad(_)
        | Kernel::Slice(_)
        | Kernel::Split(_)
        | Kernel::Shuffle(_)
        | Kernel::Resize(_)
        | Kernel::Depth(_)
        | Kernel::Gradient(_) => mult_adds as f64,
    };
    let bytes = |buffers: &[BufferId]| {
        let len = |buffer: &BufferId| {
            let Buffer { shape, layout, .. } = plan.buffers[buffer.0];
            layout.len(shape) as f64 * 4.0
        };
        buffers.iter().map(len).sum::<f64>()
    };
    let user = if step.reads.is_empty() { bytes(&step.writes) } else { 0.0 };
    let weights: f64 =
        step.weights.iter().map(|pack| plan.weights.packs[pack.0].len as f64 * 4.0).sum();
    let values = bytes(&step.reads) + bytes(&step.writes) + user;
    let from = if plan.weight_bytes() <= NEAR_BYTES { NEAR } else { FAR };
    Work { arithmetic: arithmetic * slowness(isa), memory: values / NEAR + weights / from }
}

/// How many times longer a multiply-add takes than on the peak: without FMA two instructions of
/// four lanes do what one of sixteen does, two of each a cycle.
fn slowness(isa: Isa) -> f64 {
    match isa {
        Isa::Portable => 2.0,
        Isa::Avx2 | Isa::Avx512 => 1.0,
    }
}

/// Tiles of pixels times vectors of filters: a tap loads each of them once.
fn channels(conv: &Conv, isa: Isa) -> f64 {
    let [p, q, k] = conv.y.shape.hwc();
    let [r, s] = conv.op.kernel;
    let tile = conv.tile(isa);
    let vectors = (k / conv.op.groups).div_ceil(isa.lanes());
    let along = q.div_ceil(tile.pixels);
    let across = vectors.div_ceil(tile.vectors);
    let pixels = q.div_ceil(along);
    let tap = (pixels * tile.vectors).max(pixels + tile.vectors).max(under_way(isa));
    let taps = r * s * conv.x.shape.channels() / conv.op.groups;
    let tiles = p * along * across * conv.op.groups;
    tiles as f64 * taps as f64 * (tap * isa.lanes()) as f64
}

/// Tiles of rows times vectors of neighbouring pixels times filters.
fn columns(conv: &Conv, isa: Isa) -> f64 {
    let [p, q, k] = conv.y.shape.hwc();
    let [r, s] = conv.op.kernel;
    let tile = conv.columns_tile(isa);
    let across = q.div_ceil(isa.lanes()).div_ceil(tile.vectors);
    let tiles = k.div_ceil(tile.filters) * p.div_ceil(tile.rows) * across;
    let tap = tile.sums().max(tile.pixels() + tile.filters).max(under_way(isa));
    let taps = r * s * conv.x.shape.channels();
    tiles as f64 * taps as f64 * (tap * isa.lanes()) as f64
}

/// In vectors of the instruction set: the peak is the same for narrow vectors, two of which begin
/// each cycle.
fn under_way(isa: Isa) -> usize {
    match isa {
        Isa::Avx2 => UNDER_WAY,
        Isa::Portable | Isa::Avx512 => UNDER_WAY / 2,
    }
}
