//! Convolution: its form, its tile, and how its weights are packed.

mod columns;
pub mod winograd;

pub use columns::ColumnsTile;

use crate::ir::Shape;
use crate::ir::layers as ir;
use crate::ir::layers::conv::FEW_CHANNELS;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};
use crate::plan::{Isa, Layout};
use cnn_weights::Winograd;
use winograd::Strip;

/// A convolution with folded batch norm. Weights: panels, then biases (always there).
///
/// The sum of each output element starts from the bias and goes over r, s, c in this order,
/// whatever the tile and the unrolling: all give the same bits. Rows outside the image are left out;
/// columns outside are left out by the form `Channels` and multiplied as zeros by `Columns`. The form
/// `Winograd` sums other products: its result differs from the others' in the last bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Conv {
    /// The operation.
    pub op: ir::conv::Conv,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// How it runs.
    pub form: Form,
    /// Added to the sum before the epilogue, of the result's shape.
    pub summand: Option<View>,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}

/// Where the vector lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Over output channels: a tile of pixels of a row and panels of `lanes` filters at a time.
    /// Operand and result are dense or in blocks; panels are `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`.
    Channels {
        /// Width of a panel.
        lanes: usize,
    },
    /// Over x, for few filters: `lanes` neighbouring output pixels of one filter at a time. The
    /// operand's layout is `lanes = 1` with zero columns that cover the padding: output pixels
    /// `q .. q + lanes` read from column `layout.left - pads.left + q + s * dilation` of a row on.
    /// The last vector of a row ends with the row and may overlap the one before; where a row is
    /// shorter than a vector there are zero columns for the rest. The result is `lanes = 1` or
    /// dense. Panels are `[K][R*S*C]`, biases `[K]`.
    Columns {
        /// Output pixels a vector.
        lanes: usize,
    },
    /// Over output channels, by tiles of 2x2 or 4x4 pixels as [`cnn_weights::Winograd`] describes
    /// them. The operand lies in blocks with zero columns that cover the padding and the last tile;
    /// the result is dense or in blocks. Filters are `[positions][ceil(K / 16)][C][16]`.
    Winograd {
        /// The tile.
        tile: Winograd,
        /// The tiles that are in scratch memory at a time.
        strip: Strip,
    },
}

/// Multiply-adds in flight that hide the time of one.
const LATENCY: usize = 4;
/// So many weights (512 KB of a second-level cache) lie near enough to be read for every tile.
const WEIGHTS_NEAR: usize = 1 << 17;
/// So many pixels of an image lie near enough to be read for every panel.
const PIXELS_NEAR: usize = 14 * 14;
/// From so many pixels in a row on a vector over x is at least half full.
const COLUMNS_FROM: usize = 8;

/// What is kept in registers: pixels of a row times vectors of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Neighbouring output pixels.
    pub pixels: usize,
    /// Neighbouring vectors of filters.
    pub vectors: usize,
}

impl Tile {
    /// Estimated time for so many pixels in a row and vectors of filters.
    fn time(self, row: usize, vectors_in_all: usize) -> usize {
        let along = row.div_ceil(self.pixels);
        let across = vectors_in_all.div_ceil(self.vectors);
        let pixels = row.div_ceil(along);
        let work = 10 * (pixels * self.vectors).max(LATENCY);
        along * across * (work + pixels + self.vectors + 10)
    }
}

impl Conv {
    /// The tile for an instruction set: the one of least estimated time, in tenths of a cycle a tap.
    pub fn tile(&self, isa: Isa) -> Tile {
        let [_, row, k] = self.y.shape.hwc();
        let vectors_in_all = (k / self.op.groups).div_ceil(PANEL) * (PANEL / isa.lanes());
        let tiles = isa.tiles().iter().filter(|(vectors, _)| *vectors <= vectors_in_all);
        let tiles = tiles.map(|&(vectors, pixels)| Tile { pixels: pixels.min(row), vectors });
        let best = tiles.min_by_key(|&tile| tile.time(row, vectors_in_all));
        best.unwrap_or(Tile { pixels: 1, vectors: 1 })
    }

    /// Whether the loop over panels lies outside that over pixels: where the weights are so large
    /// that they would be read from far away for every tile, and the image is not, a panel is read
    /// once instead.
    pub fn panels_outside(&self) -> bool {
        let [r, s] = self.op.kernel;
        let taps = r * s * self.x.shape.channels() / self.op.groups;
        let [p, q, _] = self.y.shape.hwc();
        taps * self.op.filters > WEIGHTS_NEAR && p * q <= PIXELS_NEAR
    }

    /// Neighbouring panels that are computed together.
    pub fn panels_together(&self, isa: Isa) -> usize {
        let tile = match self.form {
            Form::Winograd { tile, strip } => winograd::Sizes::new(self, tile, strip).tile(isa),
            Form::Channels { .. } | Form::Columns { .. } => self.tile(isa),
        };
        (tile.vectors * isa.lanes() / PANEL).max(1)
    }

    /// Neighbouring rows that are computed together.
    pub fn rows_together(&self) -> usize {
        match self.form {
            Form::Winograd { tile, strip } => tile.outputs() * strip.rows,
            Form::Channels { .. } | Form::Columns { .. } => 1,
        }
    }

    /// Whether its vectors lie over output channels.
    pub fn is_over_channels(&self) -> bool {
        match self.form {
            Form::Channels { .. } | Form::Winograd { .. } => true,
            Form::Columns { .. } => false,
        }
    }
}

/// Where the vector of a convolution lies.
fn form(op: &ir::conv::Conv, call: &Call<'_>) -> Form {
    let (x, y) = (call.x(), call.y());
    if operand(op, x.shape, y.shape).is_some() {
        return Form::Columns { lanes: PANEL };
    }
    match winograd::choose(op, x.shape, y.shape) {
        Some((tile, strip)) if call.winograd && winograd::reads(op, tile, x, y) => {
            Form::Winograd { tile, strip }
        }
        Some(_) | None => Form::Channels { lanes: PANEL },
    }
}

/// For the form `Columns` the least columns that the operand must have beside it: a row reaches to
/// the last tap of the last vector. `None` where vectors over x would be mostly empty, or the columns
/// beside mostly padding.
pub(in crate::plan) fn operand(op: &ir::conv::Conv, x: Shape, y: Shape) -> Option<Layout> {
    let [_, w, _] = x.hwc();
    let [_, q, _] = y.hwc();
    let few = op.stride == [1, 1] && op.groups == 1 && op.filters < FEW_CHANNELS;
    let left = usize::try_from(op.pads.left).ok()?;
    let reach = q.max(PANEL) + (op.kernel[1] - 1) * op.dilation[1];
    let right = reach.saturating_sub(left + w);
    let fits = q >= COLUMNS_FROM && left + right <= 2 * (w + PANEL);
    (few && fits).then_some(Layout { lanes: 1, left, right })
}

/// For the gradient of such a convolution's kernel the columns that `x` and `d_y` must have beside
/// them: whole vectors of `d_y`, zeros behind its last column, each see the last tap.
pub(in crate::plan) fn gradient(op: &ir::conv::Conv, x: Shape, d_y: Shape) -> [Layout; 2] {
    let ([_, w, _], [_, q, _]) = (x.hwc(), d_y.hwc());
    let whole = q.next_multiple_of(PANEL);
    let left = usize::try_from(op.pads.left).unwrap_or(0);
    let reach = whole + (op.kernel[1] - 1) * op.dilation[1];
    let right = reach.saturating_sub(left + w);
    [Layout { lanes: 1, left, right }, Layout { lanes: 1, left: 0, right: whole - q }]
}

/// Whether a sum of the result `y` and another value is taken at the store.
pub(in crate::plan) fn adds_at_the_store(op: &ir::conv::Conv, x: Shape, y: Shape) -> bool {
    operand(op, x, y).is_none() && groups_in_blocks(op, x)
}

/// Whether the groups of a convolution begin at blocks of channels.
pub(in crate::plan) fn groups_in_blocks(op: &ir::conv::Conv, x: Shape) -> bool {
    let whole = |channels: usize| (channels / op.groups).is_multiple_of(PANEL);
    op.groups == 1 || whole(x.channels()) && whole(op.filters)
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::conv::Conv, mut call: Call<'_>) -> Kernel {
    let form = form(op, &call);
    let lanes = match form {
        Form::Channels { lanes } => lanes,
        Form::Columns { .. } => 1,
        Form::Winograd { .. } => PANEL,
    };
    match form {
        Form::Winograd { tile, .. } => call.transformed(tile, lanes),
        Form::Channels { .. } | Form::Columns { .. } => call.panels(op.groups, lanes),
    }
    call.bias(op.filters, op.groups, lanes);
    Kernel::Conv(Conv {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        form,
        summand: call.xs.get(1).copied(),
        unroll: call.unroll,
        epilogue: call.epilogue,
    })
}
