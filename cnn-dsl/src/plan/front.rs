//! The leading layers row by row: each computes a row when the next one needs it, and of the values
//! between only the last rows are kept, in rings that stay in the second-level cache.
//!
//! In: steps, kernels and placed buffers. Out: the stages and their rings. The full buffers remain:
//! several threads run the same layers one after the other, each on its own rows.

use crate::ir::layers::pool::PoolOver;
use crate::plan::arena;
use crate::plan::layers::conv::Form;
use crate::plan::layers::{Kernel, pool::Pool};
use crate::plan::{Buffer, BufferId, Sharing, Step};

/// Rings and weights of the stages are together at most so many `f32`s: 1 MB, the second-level cache
/// of a server's core.
const NEAR: usize = 1 << 18;
/// A value of fewer `f32`s (128 KB) stays near without a ring.
const LARGE: usize = 1 << 15;

/// A layer that runs row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Index of its step.
    pub step: usize,
    /// Which rows of its operand a row needs.
    pub reach: Reach,
    /// Where the last rows of its result are kept; `None` for the last stage, which writes all.
    pub ring: Option<Ring>,
}

/// The rows that row `p` of a result needs: those before `p * stride + rows - before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Rows that the window moves by.
    pub stride: usize,
    /// Rows of padding before.
    pub before: usize,
    /// Rows from the window's first to its last.
    pub rows: usize,
}

/// The last rows of a value: row `h` lies where row `h % rows` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ring {
    /// First `f32` in the arena.
    pub offset: usize,
    /// `f32`s.
    pub len: usize,
    /// A power of two.
    pub rows: usize,
}

/// A plan's steps before their front is known.
pub(in crate::plan) struct Steps<'a> {
    pub steps: &'a [Step],
    pub kernels: &'a [Kernel],
    pub buffers: &'a [Buffer],
    /// `f32`s of each piece of weights.
    pub weights: &'a [usize],
    /// Buffers that must stand at the end.
    pub last: &'a [BufferId],
}

impl Steps<'_> {
    /// The stages, none where fewer than two layers can run so. Their rings have no places yet.
    pub fn front(&self) -> Vec<Stage> {
        let stages = self.stages();
        if stages.len() < 2 { Vec::new() } else { stages }
    }

    /// The leading steps that form a chain and fit the cache; offsets of rings are not known yet.
    fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<Stage> = Vec::new();
        let mut near = 0;
        let first = self.steps.iter().position(|step| !step.reads.is_empty()).unwrap_or(0);
        for (index, step) in self.steps.iter().enumerate().skip(first) {
            let kernel = &self.kernels[step.kernel.0];
            let (Some(reach), [_], [_]) = (reach(kernel), &step.reads[..], &step.writes[..]) else {
                break;
            };
            near += step.weights.iter().map(|pack| self.weights[pack.0]).sum::<usize>();
            if let Some(before) = stages.last_mut() {
                let between = step.reads[0];
                let Some(ring) = self.ring(before.step, between, reach) else { break };
                near += ring.len;
                if near > NEAR {
                    break;
                }
                before.ring = Some(ring);
            }
            stages.push(Stage { step: index, reach, ring: None });
        }
        stages
    }

    /// The ring of a value that its writer's next step alone reads.
    fn ring(&self, writer: usize, value: BufferId, reach: Reach) -> Option<Ring> {
        let Buffer { shape, layout, len, within, .. } = self.buffers[value.0];
        let readers = self.steps.iter().filter(|step| step.reads.contains(&value)).count();
        let whole = within.is_none()
            && !self.buffers.iter().any(|b| b.within.is_some_and(|within| within.buffer == value));
        let alone = self.steps[writer].writes == [value] && readers == 1 && whole;
        let rows = reach.rows.next_power_of_two();
        let fits = alone && !self.last.contains(&value) && len >= LARGE && rows < shape.hwc()[0];
        fits.then(|| Ring { offset: 0, len: rows * layout.row(shape), rows })
    }
}

/// Gives the rings their places, where nothing lies that stands while the front runs: what it reads
/// and leaves, and what was written before. Returns the length of an arena that holds them too.
pub(in crate::plan) fn place(
    stages: &mut [Stage],
    steps: &[Step],
    buffers: &[Buffer],
    arena: usize,
) -> usize {
    let [first, .., end] = &*stages else { return arena };
    let before = steps[..first.step].iter().chain([&steps[end.step]]);
    let mut taken: Vec<(usize, usize)> = before
        .flat_map(|step| &step.writes)
        .map(|id| (buffers[id.0].offset, buffers[id.0].offset + buffers[id.0].len))
        .collect();
    let mut needed = arena;
    for ring in stages.iter_mut().filter_map(|stage| stage.ring.as_mut()) {
        taken.sort_unstable();
        ring.offset = arena::tightest_gap(&taken, ring.len);
        taken.push((ring.offset, ring.offset + ring.len));
        needed = needed.max((ring.offset + ring.len).next_multiple_of(arena::ALIGN));
    }
    needed
}

/// The rows that a kernel's row needs; `None` for kernels that do not run row by row.
fn reach(kernel: &Kernel) -> Option<Reach> {
    if kernel.sharing() == Sharing::Whole {
        return None;
    }
    let window = |stride: usize, before: i64, kernel: usize, dilation: usize| {
        let before = usize::try_from(before).ok()?;
        Some(Reach { stride, before, rows: (kernel - 1) * dilation + 1 })
    };
    let same = Some(Reach { stride: 1, before: 0, rows: 1 });
    match kernel {
        Kernel::Conv(k) => match k.form {
            Form::Channels { .. } => {
                window(k.op.stride[0], k.op.pads.top, k.op.kernel[0], k.op.dilation[0])
            }
            Form::Columns { .. } | Form::Winograd { .. } => None,
        },
        Kernel::Dw(k) => window(k.op.stride[0], k.op.pads.top, k.op.kernel[0], k.op.dilation[0]),
        Kernel::Pool(Pool { op, .. }) => match &op.over {
            PoolOver::Window { kernel, stride, pads, .. } => {
                window(stride[0], pads.top, kernel[0], 1)
            }
            PoolOver::Global | PoolOver::Regions(_) => None,
        },
        Kernel::Bn(_) | Kernel::Activation(_) | Kernel::Scale(_) => same,
        Kernel::Input(_)
        | Kernel::Deconv(_)
        | Kernel::Dense(_)
        | Kernel::Softmax(_)
        | Kernel::Lrn(_)
        | Kernel::Add(_)
        | Kernel::Mul(_)
        | Kernel::Concat(_)
        | Kernel::Pad(_)
        | Kernel::Slice(_)
        | Kernel::Split(_)
        | Kernel::Shuffle(_)
        | Kernel::Resize(_)
        | Kernel::Depth(_)
        | Kernel::Gradient(_) => None,
    }
}
