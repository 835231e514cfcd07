//! Groups to steps: operands in their layouts, kernels found again, weights asked for, places given.

use crate::ir::{Input, LayerId, Network, Op, ValueId};
use crate::plan::front::{Stage, Steps};
use crate::plan::fuse::{self, Group};
use crate::plan::layers::{self, Call, View, concat, input, slice};
use crate::plan::layout::{self, Layout, Manner, Places, group_manner};
use crate::plan::spans::{Span, Spans};
use crate::plan::weights::{self, Packer};
use crate::plan::{Buffer, BufferId, Kernel, KernelId, Options, PackId, Plan, Step, Within};
use std::collections::HashMap;

/// Plans a network: which kernels run in which order, and where every value and weight lies.
pub fn plan<'n>(network: &'n Network, options: &Options) -> Plan<'n> {
    let mut pinned = vec![false; network.values.len()];
    let outputs = network.outputs.iter().map(|output| output.value);
    for value in outputs.clone().chain(options.keep.iter().copied()) {
        pinned[value.0] = true;
    }
    let groups = fuse::groups(network, &pinned);
    let mut places = Places::new(network, &groups, &pinned);
    let spans = Spans::new(network, &groups, &mut places);
    let mut builder = Builder::new(network, places, spans);
    builder.count_reads(&groups, &pinned);
    for index in 0..network.inputs.len() {
        builder.input(index, &pinned);
    }
    for group in &groups {
        builder.group(group);
    }
    let at = |value: ValueId| builder.buffer_of(value);
    let inputs = network.inputs.iter().map(|input| at(input.value)).collect();
    let outputs: Vec<BufferId> = outputs.map(at).collect();
    let kept: Vec<BufferId> = options.keep.iter().copied().map(at).collect();
    let last: Vec<BufferId> = outputs.iter().chain(&kept).copied().collect();
    let mut plan = Plan {
        network,
        arena: 0,
        standing: 0,
        scratch: builder.kernels.iter().map(Kernel::scratch).max().unwrap_or(0),
        front: builder.front(&last),
        buffers: builder.buffers,
        kernels: builder.kernels,
        steps: builder.steps,
        weights: builder.packer.finish(network),
        gradients: builder.gradients.pieces(),
        inputs,
        outputs,
        kept,
    };
    plan.place(&last);
    plan
}

/// A plan in the making.
struct Builder<'n> {
    network: &'n Network,
    places: Places,
    spans: Spans,
    /// The buffer of each root value that is there or of which some channels are.
    written: Vec<Option<BufferId>>,
    /// The copy beside it for readers over x.
    copies: Vec<Option<BufferId>>,
    /// How many groups have yet to read each root value; of one that is kept, always one more.
    readers: Vec<usize>,
    buffers: Vec<Buffer>,
    kernels: Vec<Kernel>,
    known: HashMap<Kernel, KernelId>,
    steps: Vec<Step>,
    packer: Packer,
    gradients: Packer,
}

impl<'n> Builder<'n> {
    fn new(network: &'n Network, places: Places, spans: Spans) -> Self {
        Self {
            network,
            places,
            spans,
            written: vec![None; network.values.len()],
            copies: vec![None; network.values.len()],
            readers: vec![0; network.values.len()],
            buffers: Vec::new(),
            kernels: Vec::new(),
            known: HashMap::new(),
            steps: Vec::new(),
            packer: Packer::default(),
            gradients: Packer::default(),
        }
    }

    /// An input is converted into the arena, unless its readers take it as the user has it.
    fn input(&mut self, index: usize, pinned: &[bool]) {
        let input = &self.network.inputs[index];
        if self.is_read_in_place(input, pinned) {
            let buffer = self.buffer(self.view(input.value), None);
            self.buffers[buffer.0].user = Some(index);
            self.written[self.places.root(input.value).0] = Some(buffer);
            return;
        }
        let kernel = input::kernel(index, &input.preprocess, self.view(input.value));
        let write = self.write(input.value);
        self.step(Vec::new(), kernel, Vec::new(), vec![write], Vec::new());
    }

    fn count_reads(&mut self, groups: &[Group], pinned: &[bool]) {
        for &value in groups.iter().flat_map(|group| &group.operands) {
            self.readers[self.places.root(value).0] += 1;
        }
        for value in (0..pinned.len()).filter(|&value| pinned[value]) {
            self.readers[self.places.root(ValueId(value)).0] += 1;
        }
    }

    /// Whether the user's numbers are the value itself. What stands at the end has a place of its own,
    /// and so has what shares one with other values, and every value of a training.
    fn is_read_in_place(&self, input: &Input, pinned: &[bool]) -> bool {
        let View { shape, layout } = self.view(input.value);
        let here = self.places.root(input.value);
        let mut values = (0..pinned.len()).map(ValueId);
        input.preprocess.is_none()
            && layout.is_dense(shape)
            && !self.network.is_training()
            && self.spans.of(here).is_none()
            && !values.any(|value| match self.spans.of(value) {
                Some(span) => span.of == here,
                None => pinned[value.0] && self.places.root(value) == here,
            })
    }

    fn group(&mut self, group: &Group) {
        for &value in &group.operands {
            self.readers[self.places.root(value).0] -= 1;
        }
        let network = self.network;
        let layer = &network.layers[group.layers[0].0];
        let manner = group_manner(network, group);
        if let (Manner::Blocks(_), Op::Concat(_)) = (manner, &layer.op) {
            return self.concat(group);
        }
        if let (Manner::Blocks(_), Op::Slice(_) | Op::Split(_)) = (manner, &layer.op) {
            return self.slices(group);
        }
        let weights = layer.weights.map(|id| &network.weights[id.0]);
        let fold = group.fold.and_then(|id| {
            let bn = &network.layers[id.0];
            let Op::Bn(op) = &bn.op else { return None };
            weights::fold(&network.weights[bn.weights?.0], op.eps.0)
        });
        let mut reads: Vec<BufferId> = match manner {
            Manner::Renames | Manner::Reshapes => return,
            Manner::Dense | Manner::Blocks(_) | Manner::Alike => {
                group.operands.iter().map(|&v| self.buffer_of(v)).collect()
            }
            Manner::Columns(_) => vec![self.columns_of(layer.inputs[0])],
            Manner::BothColumns(..) => {
                layer.inputs.iter().map(|&value| self.columns_of(value)).collect()
            }
        };
        let xs = (reads.iter().zip(&group.operands))
            .map(|(&b, &v)| View { shape: network.shape(v), layout: self.layout_seen(b, v) })
            .collect();
        let ys = group.outputs.iter().map(|&v| self.view(v)).collect();
        let (mut packs, mut gradients) = (Vec::new(), Vec::new());
        let call = Call {
            xs,
            ys,
            epilogue: group.epilogue.clone(),
            unroll: layer.unroll,
            winograd: network.winograd && !layer.unroll,
            weights,
            fold,
            packer: &mut self.packer,
            packs: &mut packs,
            turned: false,
            gradients: (&mut self.gradients, &mut gradients),
        };
        if let Some(mut kernel) = layers::kernel(&layer.op, call) {
            if let Kernel::Gradient(kernel) = &mut kernel {
                if self.overwrites(group, kernel.takes_rows()) {
                    kernel.xs.pop();
                }
                // What a batch has met over is not read again.
                reads.truncate(kernel.xs.len());
            }
            let writes = group.outputs.iter().map(|&v| self.write(v)).collect();
            self.step(group.layers.clone(), kernel, reads, writes, packs);
            if let Some(step) = self.steps.last_mut() {
                step.gradients = gradients;
            }
        }
    }

    /// Lets a group's result take the place of the operand that it can overwrite, if nobody needs that
    /// any more.
    fn overwrites(&mut self, group: &Group, takes_rows: bool) -> bool {
        let Some(operand) = layout::overwritten(self.network, group) else { return false };
        let (from, to) = (self.buffer_of(operand), group.outputs[0]);
        let y = self.view(to);
        // Rows of what was reshaped are not those of the buffer.
        let alike = self.layout_seen(from, operand) == y.layout
            && (self.buffers[from.0].shape == y.shape || !takes_rows);
        let overwrites = alike && self.readers[self.places.root(operand).0] == 0;
        if overwrites {
            // In training no value lies in another one.
            self.written[self.places.root(to).0] = Some(from);
        }
        overwrites
    }

    /// A value as it lies in its own buffer.
    fn view(&self, value: ValueId) -> View {
        let layout = self.places.layout(self.network, value);
        View { shape: self.network.shape(value), layout }
    }

    /// The layout of a value in a buffer: a reshaped value is dense in its own shape.
    fn layout_seen(&self, buffer: BufferId, value: ValueId) -> Layout {
        let Buffer { shape, layout, .. } = self.buffers[buffer.0];
        if layout.is_dense(shape) { Layout::dense(self.network.shape(value)) } else { layout }
    }

    /// The buffer that holds a value. Every value is written before it is read, so only a network
    /// that `check` did not make could find nothing; it would read the first buffer.
    fn buffer_of(&self, value: ValueId) -> BufferId {
        self.written[self.places.root(value).0].unwrap_or(BufferId(0))
    }

    /// The buffer that holds a value for readers over x; makes the copy if there must be one.
    fn columns_of(&mut self, value: ValueId) -> BufferId {
        let root = self.places.root(value);
        let Some(layout) = self.places.copy(self.network, root) else {
            return self.buffer_of(value);
        };
        if let Some(copy) = self.copies[root.0] {
            return copy;
        }
        let x = self.view(root);
        let copy = self.buffer(View { shape: x.shape, layout }, None);
        self.copies[root.0] = Some(copy);
        let read = self.buffer_of(root);
        self.step(Vec::new(), slice::conversion(x, layout), vec![read], vec![copy], Vec::new());
        copy
    }

    /// Copies the operands that do not lie in the result, neighbouring ones at once.
    fn concat(&mut self, group: &Group) {
        let y = group.outputs[0];
        let (mut run, mut first, mut channel) = (Vec::new(), 0, 0);
        for &x in &group.operands {
            channel += self.network.shape(x).channels();
            if self.lies_in(x, y) {
                self.copy(group, std::mem::take(&mut run), first);
                first = channel;
            } else {
                run.push(x);
            }
        }
        self.copy(group, run, first);
    }

    /// Copies neighbouring operands of a concatenation to where its result has them.
    fn copy(&mut self, group: &Group, run: Vec<ValueId>, first: usize) {
        if run.is_empty() {
            return;
        }
        let xs: Vec<View> = run.iter().map(|&x| self.view(x)).collect();
        let reads = run.iter().map(|&x| self.buffer_of(x)).collect();
        let (all, mut to) = (self.view(group.outputs[0]), self.write(group.outputs[0]));
        let channels = xs.iter().map(|x| x.shape.channels()).sum();
        let y = View { shape: all.shape.with_channels(channels), layout: all.layout };
        if y != all {
            to = self.buffer(y, Some((to, first)));
        }
        let kernel = concat::of(xs, y, group.epilogue.clone());
        self.step(group.layers.clone(), kernel, reads, vec![to], Vec::new());
    }

    /// Copies the slices that do not lie in their operand.
    fn slices(&mut self, group: &Group) {
        let x = group.operands[0];
        let op = &self.network.layers[group.layers[0].0].op;
        let mut from = if let Op::Slice(op) = op { op.from } else { 0 };
        for &y in &group.outputs {
            let (read, write) = (self.buffer_of(x), self.write(y));
            if !self.lies_in(y, x) {
                let epilogue = group.epilogue.clone();
                let kernel = slice::channels(from, self.view(x), self.view(y), epilogue);
                self.step(group.layers.clone(), kernel, vec![read], vec![write], Vec::new());
            }
            from += self.network.shape(y).channels();
        }
    }

    fn lies_in(&self, value: ValueId, other: ValueId) -> bool {
        let span = self.spans.of(self.places.root(value));
        span.is_some_and(|span| span.of == self.places.root(other))
    }

    /// The buffer that a value is written to, and those that it lies in.
    fn write(&mut self, value: ValueId) -> BufferId {
        let mut missing = vec![self.places.root(value)];
        while let Some(&inner) = missing.last()
            && self.written[inner.0].is_none()
            && let Some(span) = self.spans.of(inner)
        {
            missing.push(span.of);
        }
        for &root in missing.iter().rev() {
            if self.written[root.0].is_none() {
                let within = self.spans.of(root).and_then(|Span { of, channel }| {
                    self.written[of.0].map(|buffer| (buffer, channel))
                });
                self.written[root.0] = Some(self.buffer(self.view(root), within));
            }
        }
        self.buffer_of(value)
    }

    /// A buffer of its own, or in another one from a channel on.
    fn buffer(
        &mut self,
        View { shape, layout }: View,
        within: Option<(BufferId, usize)>,
    ) -> BufferId {
        let row = layout.row(shape);
        let stride = within.map_or(row, |(buffer, _)| self.buffers[buffer.0].stride);
        let within = within.map(|(buffer, channel)| Within {
            buffer,
            first: channel / layout.lanes * layout.block(shape),
        });
        let len = (shape.hwc()[0] - 1) * stride + row;
        self.buffers.push(Buffer { shape, layout, offset: 0, len, stride, within, user: None });
        BufferId(self.buffers.len() - 1)
    }

    fn step(
        &mut self,
        layers: Vec<LayerId>,
        kernel: Kernel,
        reads: Vec<BufferId>,
        writes: Vec<BufferId>,
        weights: Vec<PackId>,
    ) {
        let next = KernelId(self.kernels.len());
        let id = *self.known.entry(kernel).or_insert_with_key(|kernel| {
            self.kernels.push(kernel.clone());
            next
        });
        self.steps.push(Step { layers, kernel: id, reads, writes, weights, gradients: Vec::new() });
    }

    /// The steps that run row by row; their rings have no places yet.
    fn front(&self, last: &[BufferId]) -> Vec<Stage> {
        if self.network.is_training() {
            // The backward pass reads whole values.
            return Vec::new();
        }
        let weights = self.packer.lens();
        let Self { steps, kernels, buffers, .. } = self;
        Steps { steps, kernels, buffers, weights: &weights, last }.front()
    }
}
