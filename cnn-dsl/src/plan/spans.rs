//! Values that lie in a larger one, as some blocks of its channels: operands of a concatenation in
//! its result, slices of channels in their operand. Nobody copies them.
//!
//! In: the groups and what readers ask of each place. Out: for each place the one that it lies in;
//! those that lie in one another have the same columns beside. A group that writes to a value in
//! which it also reads is deliberately absent: kernels are lent what they write alone.

use crate::ir::{Network, Op, ValueId};
use crate::plan::fuse::Group;
use crate::plan::layers::PANEL;
use crate::plan::layout::{Manner, Places, group_manner};
use std::collections::HashMap;

/// Where a value lies in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) struct Span {
    /// The first value of the larger one's place.
    pub of: ValueId,
    /// Its channel that is the smaller one's first.
    pub channel: usize,
}

/// For each place the one that it lies in.
#[derive(Debug)]
pub(in crate::plan) struct Spans(Vec<Option<Span>>);

impl Spans {
    /// Finds them, and gives places that lie in one another their common columns.
    /// In training there are none: kernels of the backward pass take whole values.
    pub fn new(network: &Network, groups: &[Group], places: &mut Places) -> Self {
        if network.is_training() {
            return Self(vec![None; network.values.len()]);
        }
        let mut search = Search::new(network, groups, places);
        for index in 0..groups.len() {
            search.group(index);
        }
        let Search { spans, families, .. } = search;
        for family in families.iter().filter(|family| family.len() > 1) {
            places.share_columns(family);
        }
        Self(spans)
    }

    /// What a place lies in; of a value that is the first one of its place.
    pub fn of(&self, root: ValueId) -> Option<Span> {
        self.0[root.0]
    }
}

/// Places that lie in one another so far.
struct Search<'a> {
    network: &'a Network,
    groups: &'a [Group],
    places: &'a Places,
    spans: Vec<Option<Span>>,
    /// For each place its family: all that lie in one another.
    family: Vec<usize>,
    families: Vec<Vec<ValueId>>,
    /// For each place the groups that read or write it.
    touching: Vec<Vec<usize>>,
    /// Whether a kernel writes the place by rows, or nobody has to.
    by_rows: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(network: &'a Network, groups: &'a [Group], places: &'a Places) -> Self {
        let count = network.values.len();
        let mut touching = vec![Vec::new(); count];
        let mut by_rows = vec![false; count];
        for (index, group) in groups.iter().enumerate() {
            for &value in group.operands.iter().chain(&group.outputs) {
                let touching = &mut touching[places.root(value).0];
                if touching.last() != Some(&index) {
                    touching.push(index);
                }
            }
            if let Manner::Blocks(_) = group_manner(network, group) {
                group.outputs.iter().for_each(|&y| by_rows[places.root(y).0] = true);
            }
        }
        Self {
            network,
            groups,
            places,
            spans: vec![None; count],
            family: (0..count).collect(),
            families: (0..count).map(|value| vec![ValueId(value)]).collect(),
            touching,
            by_rows,
        }
    }

    /// Puts a concatenation's operands into its result, or slices into their operand.
    fn group(&mut self, index: usize) {
        let group = &self.groups[index];
        if !group.epilogue.is_empty() {
            return;
        }
        let layer = &self.network.layers[group.layers[0].0];
        match &layer.op {
            Op::Concat(_) => self.concat(index),
            Op::Slice(op) => self.slices(index, op.from),
            Op::Split(_) => self.slices(index, 0),
            Op::Conv(_)
            | Op::Dw(_)
            | Op::Deconv(_)
            | Op::Dense(_)
            | Op::Pool(_)
            | Op::Bn(_)
            | Op::Activation(_)
            | Op::Softmax(_)
            | Op::Lrn(_)
            | Op::Dropout(_)
            | Op::Flatten(_)
            | Op::Add(_)
            | Op::Mul(_)
            | Op::Scale(_)
            | Op::Pad(_)
            | Op::Shuffle(_)
            | Op::Resize(_)
            | Op::Depth(_)
            | Op::Gradient(_) => {}
        }
    }

    fn concat(&mut self, index: usize) {
        let Group { operands, outputs, .. } = &self.groups[index];
        let of = self.places.root(outputs[0]);
        let mut relatives: HashMap<usize, usize> = HashMap::new();
        for &x in operands {
            *relatives.entry(self.family[self.places.root(x).0]).or_default() += 1;
        }
        let mut channel = 0;
        for &x in operands {
            let root = self.places.root(x);
            // Two operands in one another cannot both be where the result has them.
            if relatives[&self.family[root.0]] == 1 {
                self.put(index, root, Span { of, channel });
            }
            channel += self.network.shape(x).channels();
        }
    }

    fn slices(&mut self, index: usize, first: usize) {
        let Group { operands, outputs, .. } = &self.groups[index];
        let of = self.places.root(operands[0]);
        let mut channel = first;
        for &y in outputs {
            self.put(index, self.places.root(y), Span { of, channel });
            channel += self.network.shape(y).channels();
        }
    }

    /// Puts a place into another one, if it can lie there. The group is the one that would copy it.
    fn put(&mut self, group: usize, root: ValueId, span: Span) {
        let blocks = |value: ValueId| self.places.is_in_blocks(self.network, value);
        let fits = blocks(root)
            && blocks(span.of)
            && self.spans[root.0].is_none()
            && self.by_rows[root.0]
            && span.channel.is_multiple_of(PANEL)
            && !self.collide(group, root, span.of);
        if !fits {
            return;
        }
        self.spans[root.0] = Some(span);
        let (mut from, mut to) = (self.family[root.0], self.family[span.of.0]);
        if self.families[from].len() > self.families[to].len() {
            (from, to) = (to, from);
        }
        let members = std::mem::take(&mut self.families[from]);
        members.iter().for_each(|member| self.family[member.0] = to);
        self.families[to].extend(members);
    }

    /// Whether a group other than `copying` would write to one of two families and read from the
    /// other.
    fn collide(&self, copying: usize, a: ValueId, b: ValueId) -> bool {
        let (a, b) = (self.family[a.0], self.family[b.0]);
        let small = if self.families[a].len() < self.families[b].len() { a } else { b };
        let within = |value: ValueId| {
            let family = self.family[self.places.root(value).0];
            family == a || family == b
        };
        let touching = self.families[small].iter().flat_map(|member| &self.touching[member.0]);
        a == b
            || touching.filter(|&&index| index != copying).any(|&index| {
                let group = &self.groups[index];
                group.outputs.iter().any(|&y| within(y)) && self.copied(group).any(within)
            })
    }

    /// What a group reads to compute something: not what already lies where the group has it.
    fn copied<'g>(&'g self, group: &'g Group) -> impl Iterator<Item = ValueId> + 'g {
        let renames = match group_manner(self.network, group) {
            Manner::Renames | Manner::Reshapes => true,
            Manner::Dense
            | Manner::Columns(_)
            | Manner::BothColumns(..)
            | Manner::Blocks(_)
            | Manner::Alike => false,
        };
        let inside = |inner: ValueId, outer: ValueId| {
            let (inner, outer) = (self.places.root(inner), self.places.root(outer));
            self.spans[inner.0].is_some_and(|span| span.of == outer)
        };
        // Only a concatenation's operands lie in what it writes, and only slices in what they are of.
        let lies = move |x: ValueId| {
            inside(x, group.outputs[0]) || group.outputs.iter().all(|&y| inside(y, x))
        };
        group.operands.iter().copied().filter(move |&x| !renames && !lies(x))
    }
}
