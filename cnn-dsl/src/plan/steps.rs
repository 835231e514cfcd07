//! A plan's steps one by one, as `cnn explain` and `cnn bench` show them.
//!
//! In: a plan and an instruction set. Out: a row a step with everything that was decided for it, and
//! how long it should take. The layouts' text is that of `Display` for a plan.

use crate::ir::LayerId;
use crate::plan::layers::conv::Form;
use crate::plan::layers::conv::winograd::Sizes;
use crate::plan::layers::{Kernel, View};
use crate::plan::{BufferId, Isa, Plan, Sharing, Step, predict, text};
use std::collections::HashMap;

/// What is decided for one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// The layers it computes, `+` between; `-` where it is a mere conversion.
    pub layers: String,
    /// What runs, its activations behind it: `conv 3x3 stride 2x2 channels 16, relu6`.
    pub kernel: String,
    /// What is in registers: pixels, of Winograd's form tiles, times vectors of filters (`14x2`), over x rows times vectors times
    /// filters (`1x2x3`); `-` where there is no tile.
    pub tile: String,
    /// Shapes and layouts of the operands, `user` before one that is read where the user has it, and
    /// alone for an input's.
    pub reads: String,
    /// Of the results.
    pub writes: String,
    /// How it runs. On one thread `row by row` with the steps beside it, into a ring of so many
    /// rows. On several shared out by `rows` or by `spans` of channels; else `alone`, or `whole`
    /// where its result has no rows.
    pub schedule: String,
    /// Multiply-adds.
    pub mult_adds: u64,
    work: predict::Work,
}

impl StepRow {
    /// Seconds that the step should take on a core that does `peak` multiply-adds a second.
    ///
    /// The longer of two times counts. Arithmetic: every vector operation of the tile, those on
    /// padding too, at the peak; a tile that loads more vectors than it multiplies waits for the
    /// loads, and one of too few accumulators for its own results. Memory: operands and results at
    /// [`predict::NEAR`] bytes a second, and so weights, at [`predict::FAR`] if they are too many to
    /// stay near from one run to the next.
    #[must_use]
    pub fn predicted(&self, peak: f64) -> f64 {
        self.work.seconds(peak)
    }
}

impl Plan<'_> {
    /// A row for each step, in order.
    #[must_use]
    pub fn step_rows(&self, isa: Isa) -> Vec<StepRow> {
        let rows = self.network.rows();
        let mult_adds: HashMap<LayerId, u64> =
            rows.iter().map(|row| (row.layer, row.mult_adds)).collect();
        let row = |(index, step): (usize, &Step)| {
            let kernel = &self.kernels[step.kernel.0];
            let (xs, ys) = kernel.views();
            let join = |views: &[View], buffers: &[BufferId]| {
                let one = |(&view, buffer): (&View, &BufferId)| {
                    let user = self.buffers[buffer.0].user.map_or("", |_| "user ");
                    format!("{user}{}", text::view_text(view))
                };
                views.iter().zip(buffers).map(one).collect::<Vec<_>>().join(", ")
            };
            let mult_adds = step.layers.iter().filter_map(|layer| mult_adds.get(layer)).sum();
            StepRow {
                layers: self.step_layers(step),
                kernel: text::kernel_text(kernel),
                tile: tile(kernel, isa),
                reads: if step.reads.is_empty() {
                    "user".to_owned()
                } else {
                    join(&xs, &step.reads)
                },
                writes: join(&ys, &step.writes),
                schedule: self.schedule(index),
                mult_adds,
                work: predict::work(self, step, mult_adds, isa),
            }
        };
        self.steps.iter().enumerate().map(row).collect()
    }

    fn schedule(&self, index: usize) -> String {
        let shared = match self.kernels[self.steps[index].kernel.0].sharing() {
            Sharing::Whole => "whole",
            Sharing::Alone => "alone",
            Sharing::Rows => "rows",
            Sharing::Spans => "spans",
        };
        match self.front.iter().find(|stage| stage.step == index).map(|stage| stage.ring) {
            None => shared.to_owned(),
            Some(None) => format!("row by row; {shared}"),
            Some(Some(ring)) => format!("row by row, ring of {}; {shared}", ring.rows),
        }
    }
}

fn tile(kernel: &Kernel, isa: Isa) -> String {
    match kernel {
        Kernel::Conv(conv) => match conv.form {
            Form::Channels { .. } => {
                let tile = conv.tile(isa);
                format!("{}x{}", tile.pixels, tile.vectors)
            }
            Form::Columns { .. } => {
                let tile = conv.columns_tile(isa);
                format!("{}x{}x{}", tile.rows, tile.vectors, tile.filters)
            }
            Form::Winograd { tile, strip } => {
                let tile = Sizes::new(conv, tile, strip).tile(isa);
                format!("{}x{}", tile.pixels, tile.vectors)
            }
        },
        Kernel::Dw(dw) => format!("{}x1", dw.pixels(isa)),
        Kernel::Input(_)
        | Kernel::Deconv(_)
        | Kernel::Dense(_)
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
        | Kernel::Gradient(_) => "-".to_owned(),
    }
}
