//! How a value's elements lie in memory.

use crate::ir::gradient::{Gradient, Linear};
use crate::ir::layers::pad::Pad;
use crate::ir::{Network, Op, Shape, ValueId};
use crate::plan::fuse::Group;
use crate::plan::layers::{PANEL, conv, deconv};

/// Rows of `[ceil(C / lanes)][left + W + right][lanes]`, one after the other.
///
/// `lanes = C` without columns beside is dense NHWC; `lanes = 16` is the blocked layout of fast
/// kernels; `lanes = 1` keeps the channels of a row apart, for vectors over x. The columns beside are
/// zero: a kernel that writes a value writes them too. Lanes past the last channel hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Channels that lie side by side.
    pub lanes: usize,
    /// Zero columns before each row.
    pub left: usize,
    /// Zero columns behind each row.
    pub right: usize,
}

impl Layout {
    /// Dense NHWC.
    pub fn dense(shape: Shape) -> Self {
        Self { lanes: shape.channels(), left: 0, right: 0 }
    }

    /// Blocks of channels in a pixel.
    pub fn blocks(self, shape: Shape) -> usize {
        shape.channels().div_ceil(self.lanes)
    }

    /// `f32`s from a pixel to the next one in its row and block.
    pub fn column(self) -> usize {
        self.lanes
    }

    /// `f32`s from a block of channels to the next one in its row.
    pub fn block(self, shape: Shape) -> usize {
        (self.left + shape.hwc()[1] + self.right) * self.lanes
    }

    /// `f32`s from a row to the next one.
    pub fn row(self, shape: Shape) -> usize {
        self.blocks(shape) * self.block(shape)
    }

    /// `f32`s in all.
    pub fn len(self, shape: Shape) -> usize {
        shape.hwc()[0] * self.row(shape)
    }

    /// Where an element lies.
    pub fn index(self, shape: Shape, [h, w, c]: [usize; 3]) -> usize {
        h * self.row(shape)
            + (c / self.lanes) * self.block(shape)
            + (self.left + w) * self.lanes
            + c % self.lanes
    }

    /// Whether all channels of a pixel lie side by side, and nothing else between pixels.
    pub fn is_flat(self, shape: Shape) -> bool {
        self.lanes == shape.channels()
    }

    /// What a row is shared out in: `f32`s of a unit and units of a row. Blocks of channels, or the
    /// row as a whole.
    pub fn units(self, shape: Shape) -> [usize; 2] {
        if self.lanes == PANEL {
            return [self.block(shape), self.blocks(shape)];
        }
        [self.row(shape), 1]
    }

    /// Whether this is dense NHWC for the shape.
    pub fn is_dense(self, shape: Shape) -> bool {
        self == Self::dense(shape)
    }
}

/// How a layer gets on with layouts that are not dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Manner {
    /// Reads and writes dense values.
    Dense,
    /// Passes its operand on under another name, in whatever layout.
    Renames,
    /// Passes its operand on under another shape, which must be dense for that.
    Reshapes,
    /// Reads `lanes = 1` with at least these columns, and writes any layout.
    Columns(Layout),
    /// Reads and writes dense values or blocks of [`PANEL`] channels. Its first operand had best
    /// have so many columns of zeros before and behind each row.
    Blocks([usize; 2]),
    /// Reads two values of `lanes = 1`.
    BothColumns(Layout, Layout),
    /// Operands and results lie alike, in whatever layout.
    Alike,
}

/// Values of fewer channels are not kept in blocks: most lanes would be empty.
pub(in crate::plan) const BLOCKS_FROM: usize = 8;

/// The manner of a layer.
pub(in crate::plan) fn manner(op: &Op, unroll: bool, xs: &[Shape], y: Shape) -> Manner {
    let x = xs[0];
    let whole_blocks = |mut shapes: std::slice::Iter<'_, Shape>| {
        shapes.all(|shape| shape.channels().is_multiple_of(PANEL))
    };
    match op {
        Op::Conv(op) => match conv::operand(op, x, y) {
            Some(columns) => Manner::Columns(columns),
            None if unroll || !conv::groups_in_blocks(op, x) => Manner::Dense,
            None => match conv::winograd::choose(op, x, y) {
                Some((tile, _)) => Manner::Blocks(conv::winograd::beside(op, tile, x, y)),
                None => Manner::Blocks(beside(
                    op.kernel[1],
                    op.stride[1],
                    op.dilation[1],
                    op.pads.left,
                    x,
                    y,
                )),
            },
        },
        Op::Dw(op) if !unroll && op.multiplier == 1 => {
            Manner::Blocks(beside(op.kernel[1], op.stride[1], op.dilation[1], op.pads.left, x, y))
        }
        Op::Deconv(op) if op.groups == 1 => Manner::Blocks(deconv::beside(op, x, y)),
        Op::Pool(_)
        | Op::Add(_)
        | Op::Mul(_)
        | Op::Activation(_)
        | Op::Bn(_)
        | Op::Scale(_)
        | Op::Pad(Pad::Image(_))
        | Op::Resize(_) => Manner::Blocks([0, 0]),
        Op::Concat(_) if whole_blocks(xs.iter()) => Manner::Blocks([0, 0]),
        Op::Slice(op) if op.from.is_multiple_of(PANEL) && y.channels() >= BLOCKS_FROM => {
            Manner::Blocks([0, 0])
        }
        Op::Split(op) if op.parts.iter().all(|part| part.is_multiple_of(PANEL)) => {
            Manner::Blocks([0, 0])
        }
        Op::Dropout(_) => Manner::Renames,
        Op::Flatten(_) => Manner::Reshapes,
        Op::Dw(_)
        | Op::Deconv(_)
        | Op::Dense(_)
        | Op::Softmax(_)
        | Op::Lrn(_)
        | Op::Concat(_)
        | Op::Pad(_)
        | Op::Slice(_)
        | Op::Split(_)
        | Op::Shuffle(_)
        | Op::Depth(_) => Manner::Dense,
        Op::Gradient(op) => of_gradient(op, xs, y),
    }
}

/// The manner of a layer of the backward pass.
fn of_gradient(op: &Gradient, xs: &[Shape], y: Shape) -> Manner {
    match op {
        Gradient::Turned(op) => manner(&op.op(), false, xs, y),
        Gradient::Weights(op) => match op {
            Linear::Conv(op) => match conv::operand(op, xs[0], xs[1]) {
                Some(_) => {
                    let [x, d_y] = conv::gradient(op, xs[0], xs[1]);
                    Manner::BothColumns(x, d_y)
                }
                None if !conv::groups_in_blocks(op, xs[0]) => Manner::Dense,
                None => Manner::Blocks([0, 0]),
            },
            Linear::Dw(_) => Manner::Blocks([0, 0]),
            Linear::Dense(_) => Manner::Dense,
        },
        Gradient::Activation(_) => Manner::Alike,
        Gradient::Biases
        | Gradient::Pool(_)
        | Gradient::Spread { .. }
        | Gradient::Resize(_)
        | Gradient::Moments(_)
        | Gradient::Normalise(_)
        | Gradient::Sums(..)
        | Gradient::Centre(..)
        | Gradient::Prelu
        | Gradient::Slopes
        | Gradient::Gate
        | Gradient::Dropout { .. } => Manner::Blocks([0, 0]),
        Gradient::Reshape(_) => Manner::Reshapes,
        Gradient::Dense(_) | Gradient::Lrn(_) | Gradient::Draw | Gradient::Loss { .. } => {
            Manner::Dense
        }
    }
}

/// The operand that a group's result may overwrite where nobody else needs it: they lie alike.
pub(in crate::plan) fn overwritten(network: &Network, group: &Group) -> Option<ValueId> {
    let op = &network.layers[group.layers[0].0].op;
    let overwrites = matches!(op, Op::Gradient(Gradient::Centre(..) | Gradient::Activation(_)));
    overwrites.then(|| group.operands[1])
}

/// The columns before and behind a row that a window reaches.
fn beside(
    kernel: usize,
    stride: usize,
    dilation: usize,
    left: i64,
    x: Shape,
    y: Shape,
) -> [usize; 2] {
    let left = usize::try_from(left).unwrap_or(0);
    let ([_, w, _], [_, q, _]) = (x.hwc(), y.hwc());
    let reach = (q - 1) * stride + (kernel - 1) * dilation + 1;
    [left, reach.saturating_sub(left + w)]
}

/// Where a value lives: the first of all values that renamings put at its place, and what its
/// readers ask of that place.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Places {
    /// For each value the first one of its place.
    root: Vec<ValueId>,
    /// For each root the first root of those that lie alike; wishes are theirs together.
    alike: Vec<ValueId>,
    /// For each root whether someone needs it dense.
    dense: Vec<bool>,
    /// For each root the columns that suit every reader over x.
    columns: Vec<Option<Layout>>,
    /// For each root the columns beside that its readers in blocks want; `None` where nobody reads
    /// or writes it in blocks.
    beside: Vec<Option<[usize; 2]>>,
}

impl Places {
    /// Collects what the groups ask for. Where readers disagree those over x read a copy.
    pub fn new(network: &Network, groups: &[Group], pinned: &[bool]) -> Self {
        let count = network.values.len();
        let mut places = Self {
            root: (0..count).map(ValueId).collect(),
            alike: (0..count).map(ValueId).collect(),
            dense: vec![false; count],
            columns: vec![None; count],
            beside: vec![None; count],
        };
        for group in groups {
            let layer = &network.layers[group.layers[0].0];
            match group_manner(network, group) {
                Manner::Renames | Manner::Reshapes => {
                    places.root[layer.outputs[0].0] = places.root(layer.inputs[0]);
                }
                Manner::Dense
                | Manner::Columns(_)
                | Manner::BothColumns(..)
                | Manner::Blocks(_)
                | Manner::Alike => {}
            }
        }
        for group in groups {
            if group_manner(network, group) == Manner::Alike {
                places.lie_alike(group.operands.iter().chain(&group.outputs).copied());
            }
            if let Some(overwritten) = overwritten(network, group) {
                places.lie_alike([overwritten, group.outputs[0]].into_iter());
            }
        }
        for group in groups {
            let layer = &network.layers[group.layers[0].0];
            match group_manner(network, group) {
                Manner::Renames | Manner::Alike => {}
                Manner::BothColumns(x, d_y) => {
                    places.needs_columns(layer.inputs[0], x);
                    places.needs_columns(layer.inputs[1], d_y);
                }
                Manner::Reshapes => places.needs_dense(layer.inputs[0]),
                Manner::Columns(columns) => places.needs_columns(layer.inputs[0], columns),
                Manner::Blocks(columns) => {
                    places.takes_blocks(layer.inputs[0], columns);
                    for &value in group.operands[1..].iter().chain(&group.outputs) {
                        places.takes_blocks(value, [0, 0]);
                    }
                }
                Manner::Dense => {
                    group
                        .operands
                        .iter()
                        .chain(&group.outputs)
                        .for_each(|&v| places.needs_dense(v));
                }
            }
        }
        for value in (0..count).filter(|&v| pinned[v]) {
            places.needs_dense(ValueId(value));
        }
        places
    }

    /// The first value of a value's place.
    pub fn root(&self, value: ValueId) -> ValueId {
        self.root[value.0]
    }

    /// Where the wishes for a value stand.
    fn wishes(&self, value: ValueId) -> usize {
        self.alike[self.root(value).0].0
    }

    /// Lets all these values lie alike.
    fn lie_alike(&mut self, mut values: impl Iterator<Item = ValueId>) {
        let Some(first) = values.next().map(|value| ValueId(self.wishes(value))) else { return };
        for value in values {
            let other = ValueId(self.wishes(value));
            for alike in self.alike.iter_mut().filter(|alike| **alike == other) {
                *alike = first;
            }
        }
    }

    /// The layout of a value.
    pub fn layout(&self, network: &Network, value: ValueId) -> Layout {
        let root = self.wishes(value);
        let dense = Layout::dense(network.shape(value));
        match (self.dense[root], self.columns[root], self.beside[root]) {
            (false, Some(columns), None) => columns,
            // Readers over x have a copy, where it does not suit them as it is.
            (false, _, Some([left, right])) => {
                let lanes = if dense.lanes < BLOCKS_FROM { dense.lanes } else { PANEL };
                Layout { lanes, left, right }
            }
            (true, _, _) | (_, None, None) => dense,
        }
    }

    /// Whether a value lies in blocks of [`PANEL`] channels.
    pub fn is_in_blocks(&self, network: &Network, value: ValueId) -> bool {
        let root = self.root(value).0;
        let asked = !self.dense[root] && self.columns[root].is_none();
        asked && self.beside[root].is_some() && network.shape(value).channels() >= BLOCKS_FROM
    }

    /// Gives places in blocks the columns beside that any of them wants.
    pub fn share_columns(&mut self, roots: &[ValueId]) {
        let wanted = roots.iter().filter_map(|root| self.beside[root.0]);
        let common = wanted.fold([0, 0], |most, [left, right]: [usize; 2]| {
            [left.max(most[0]), right.max(most[1])]
        });
        for &root in roots {
            self.takes_blocks(root, common);
        }
    }

    /// The layout of the copy that readers over x need beside a value that does not suit them as it
    /// is.
    pub fn copy(&self, network: &Network, value: ValueId) -> Option<Layout> {
        let wanted = self.columns[self.wishes(value)]?;
        (wanted != self.layout(network, value)).then_some(wanted)
    }

    fn needs_dense(&mut self, value: ValueId) {
        let root = self.wishes(value);
        self.dense[root] = true;
    }

    fn takes_blocks(&mut self, value: ValueId, [left, right]: [usize; 2]) {
        let root = self.wishes(value);
        let beside = self.beside[root].get_or_insert([0, 0]);
        *beside = [beside[0].max(left), beside[1].max(right)];
    }

    fn needs_columns(&mut self, value: ValueId, more: Layout) {
        let root = self.wishes(value);
        let had = self.columns[root].unwrap_or(more);
        let (left, right) = (had.left.max(more.left), had.right.max(more.right));
        self.columns[root] = Some(Layout { lanes: 1, left, right });
    }
}

/// The manner of a group's first layer.
pub(in crate::plan) fn group_manner(network: &Network, group: &Group) -> Manner {
    let layer = &network.layers[group.layers[0].0];
    let shapes = |values: &[ValueId]| values.iter().map(|&v| network.shape(v)).collect::<Vec<_>>();
    let (xs, ys) = (shapes(&layer.inputs), shapes(&layer.outputs));
    match (&xs[..], &ys[..]) {
        ([_, ..], [y, ..]) => manner(&layer.op, layer.unroll, &xs, *y),
        // What adds to gradients has no result.
        ([.., d_y], []) => manner(&layer.op, layer.unroll, &xs, *d_y),
        ([], _) => Manner::Dense,
    }
}
