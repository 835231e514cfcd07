//! Winograd's form of a convolution: where it is chosen, with which tile, in which strips.
//!
//! In: a 3x3 convolution that moves by one. Out: F(2x2, 3x3), F(4x4, 3x3) or nothing, by an estimate
//! of the time of each; and how many tiles lie in scratch memory at a time. Every instruction set
//! gets the same form, for they share the transformed filters.

use super::{Conv, Form, Tile};
use crate::ir::Shape;
use crate::ir::layers::conv as ir;
use crate::plan::Isa;
use crate::plan::layers::{PANEL, View};
use cnn_weights::Winograd;

/// Below so many multiply-adds (about 70 us of one core) no time worth the text can be saved.
const WORTH: usize = 1 << 22;
/// From so many channels and filters on the transforms, whose cost does not grow with their product,
/// leave something to gain.
const CHANNELS_FROM: usize = 16;
/// The form must save so many hundredths of the time: estimates are no better.
const SAVED: usize = 15;
/// Bytes of weights that arrive in the time of one multiply-add of 16 lanes, from far memory. All
/// weights of a network that is worth the effort are far away when their layer begins.
const BYTES: usize = 5;
/// Multiply-adds of 16 lanes in whose time a tile of 16 channels is transformed on the way in, and one
/// of 16 filters on the way out: measured.
const TRANSFORM_F2: [usize; 2] = [70, 60];
const TRANSFORM_F4: [usize; 2] = [200, 130];

/// A strip has at least so many tiles where it can: they share every weight that is read.
const TILES_FROM: usize = 24;
/// And no more than so many, or its transformed tiles leave the second-level cache for nothing.
const TILES_TO: usize = 128;

/// The tiles that are transformed, multiplied and transformed back before the next ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Strip {
    /// Rows of tiles.
    pub rows: usize,
    /// Strips beside one another; more than one only with one row of tiles.
    pub beside: usize,
}

/// Sizes of a convolution in Winograd's form.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Tiles in a row of a strip.
    pub across: usize,
    /// Tiles of a strip.
    pub tiles: usize,
    /// Blocks of channels.
    pub blocks: usize,
    /// Panels of filters.
    pub panels: usize,
    /// `f32`s from a position's transformed tiles, `[blocks][tiles][16]`, to the next one's.
    pub input_step: usize,
    /// The same for the sums, `[panels][tiles][16]`.
    pub output_step: usize,
}

/// The tile and strip of a convolution, or nothing where the direct form is as fast or no other is
/// possible.
///
/// On one core with AVX-512 (direct / F2 / F4 in ms, weights read from memory): 28x28, 512 to 512
/// channels 31.8 / 16.2 / 10.3; 14x14, 512 channels 7.9 / 4.1 / 3.7; 14x14, 256 channels 1.96 / 1.05
/// / 0.99; 7x7, 512 channels 2.1 / 1.6 / 2.0; 7x7, 128 channels 0.15 / 0.17 / 0.19. Where F2 and F4
/// are within a tenth the estimate prefers F2, whose filters are 2.25 times smaller.
pub(in crate::plan) fn choose(op: &ir::Conv, x: Shape, y: Shape) -> Option<(Winograd, Strip)> {
    if !is_possible(op, x, y) {
        return None;
    }
    let [p, q, _] = y.hwc();
    let products = x.channels() * op.filters.div_ceil(PANEL);
    // Transformed filters have more numbers than taps.
    let weights = |numbers: usize| numbers * products * PANEL * size_of::<f32>() / BYTES;
    let direct = 9 * p * q * products + weights(9);
    if direct * PANEL < WORTH {
        return None;
    }
    let all = |tile: Winograd| time(tile, x, y) + weights(tile.positions());
    let best = [Winograd::F2, Winograd::F4].into_iter().min_by_key(|&tile| all(tile))?;
    (all(best) <= direct / 100 * (100 - SAVED)).then(|| (best, strip(best, y)))
}

/// The time of the sums and transforms, in multiply-adds of 16 lanes.
pub(in crate::plan) fn time(tile: Winograd, x: Shape, y: Shape) -> usize {
    let [p, q, filters] = y.hwc();
    let (m, panels) = (tile.outputs(), filters.div_ceil(PANEL));
    let tiles = p.div_ceil(m) * q.div_ceil(m);
    let [to, back] = match tile {
        Winograd::F2 => TRANSFORM_F2,
        Winograd::F4 => TRANSFORM_F4,
    };
    let transforms = x.channels().div_ceil(PANEL) * to + panels * back;
    tiles * (tile.positions() * x.channels() * panels + transforms)
}

fn is_possible(op: &ir::Conv, x: Shape, y: Shape) -> bool {
    let pads = [op.pads.top, op.pads.left];
    op.kernel == [3, 3]
        && op.stride == [1, 1]
        && op.dilation == [1, 1]
        && op.groups == 1
        && pads.iter().all(|pad| (0..3).contains(pad))
        && x.channels().min(y.channels()) >= CHANNELS_FROM
}

/// The least strip of enough tiles, in equal parts of the image; the largest one where none has
/// enough.
fn strip(tile: Winograd, y: Shape) -> Strip {
    let [p, q, _] = y.hwc();
    let (down, across) = (p.div_ceil(tile.outputs()), q.div_ceil(tile.outputs()));
    let parts = (2..=across).filter(|parts| across.is_multiple_of(*parts));
    let beside = parts.map(|beside| Strip { rows: 1, beside });
    let rows = (1..=down).filter(|rows| down.is_multiple_of(*rows));
    let below = rows.map(|rows| Strip { rows, beside: 1 });
    let tiles = |strip: &Strip| strip.rows * across / strip.beside;
    let all: Vec<Strip> = beside.chain(below).filter(|strip| tiles(strip) <= TILES_TO).collect();
    let enough = all.iter().filter(|strip| tiles(strip) >= TILES_FROM).min_by_key(|s| tiles(s));
    let most = all.iter().max_by_key(|strip| tiles(strip));
    enough.or(most).copied().unwrap_or(Strip { rows: 1, beside: across })
}

/// The least columns that the operand must have before and behind each row: the last tile reaches
/// over the edge.
pub(in crate::plan) fn beside(op: &ir::Conv, tile: Winograd, x: Shape, y: Shape) -> [usize; 2] {
    let left = usize::try_from(op.pads.left).unwrap_or(0);
    let reach = y.hwc()[1].next_multiple_of(tile.outputs()) + 2;
    [left, reach.saturating_sub(left + x.hwc()[1])]
}

/// Whether the operand lies as it must: a value that someone needs dense does not.
pub(super) fn reads(op: &ir::Conv, tile: Winograd, x: View, y: View) -> bool {
    let [left, right] = beside(op, tile, x.shape, y.shape);
    let layout = x.layout;
    layout.lanes == PANEL && layout.left >= left && layout.right >= right
}

impl Sizes {
    /// Of a kernel of this form.
    pub fn new(conv: &Conv, tile: Winograd, strip: Strip) -> Self {
        let across = conv.y.shape.hwc()[1].div_ceil(tile.outputs()) / strip.beside;
        let tiles = across * strip.rows;
        let blocks = conv.x.shape.channels().div_ceil(PANEL);
        let panels = conv.y.shape.channels().div_ceil(PANEL);
        // An odd number of cache lines: the positions of a tile fall into different sets.
        let odd = |lines: usize| (lines | 1) * PANEL;
        let (input_step, output_step) = (odd(blocks * tiles), odd(panels * tiles));
        Self { across, tiles, blocks, panels, input_step, output_step }
    }

    /// `f32`s of scratch memory: transformed tiles, then sums.
    pub fn scratch(&self, tile: Winograd) -> usize {
        tile.positions() * (self.input_step + self.output_step)
    }

    /// Tiles times vectors of filters that are kept in registers: as for the direct form, but that
    /// the vectors fill all panels.
    pub fn tile(&self, isa: Isa) -> Tile {
        let vectors_in_all = self.panels * PANEL / isa.lanes();
        let fits = |vectors: usize| {
            vectors * isa.lanes() >= PANEL && vectors_in_all.is_multiple_of(vectors)
        };
        let tiles = isa.tiles().iter().filter(|(vectors, _)| fits(*vectors));
        let tiles =
            tiles.map(|&(vectors, pixels)| Tile { pixels: pixels.min(self.tiles), vectors });
        let best = tiles.min_by_key(|&tile| tile.time(self.tiles, vectors_in_all));
        best.unwrap_or(Tile { pixels: 1, vectors: PANEL / isa.lanes() })
    }
}

impl Conv {
    /// `f32`s of scratch memory that the kernel works in.
    pub fn scratch(&self) -> usize {
        match self.form {
            Form::Winograd { tile, strip } => Sizes::new(self, tile, strip).scratch(tile),
            Form::Channels { .. } | Form::Columns { .. } => 0,
        }
    }
}
