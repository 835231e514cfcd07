//! Groups to steps: operands in their layouts, kernels found again, weights asked for, places given.

use crate::ir::{Network, ValueId};
use crate::plan::arena::{self, Request};
use crate::plan::front::{self, Stage, Steps};
use crate::plan::fuse::{self, Group};
use crate::plan::layers::{self, Call, View, input, slice};
use crate::plan::layout::{Layout, Manner, Places, group_manner};
use crate::plan::weights::{self, Packer};
use crate::plan::{Buffer, BufferId, Kernel, KernelId, Options, Plan, Step};
use std::collections::HashMap;

/// Plans a network: which kernels run in which order, and where every value and weight lies.
pub fn plan<'n>(network: &'n Network, options: &Options) -> Plan<'n> {
    let mut pinned = vec![false; network.values.len()];
    let outputs = network.outputs.iter().map(|output| output.value);
    for value in outputs.clone().chain(options.keep.iter().copied()) {
        pinned[value.0] = true;
    }
    let groups = fuse::groups(network, &pinned);
    let mut builder = Builder::new(network, Places::new(network, &groups, &pinned));
    for index in 0..network.inputs.len() {
        builder.input(index);
    }
    for group in &groups {
        builder.group(group);
    }
    let at = |value: ValueId| builder.buffer_of(value);
    let inputs = network.inputs.iter().map(|input| at(input.value)).collect();
    let outputs: Vec<BufferId> = outputs.map(at).collect();
    let kept: Vec<BufferId> = options.keep.iter().copied().map(at).collect();
    let last: Vec<BufferId> = outputs.iter().chain(&kept).copied().collect();
    let mut front = builder.front(&last);
    let arena = builder.place(&last, &front);
    let arena = front::place(&mut front, &builder.steps, &builder.buffers, arena);
    Plan {
        network,
        buffers: builder.buffers,
        arena,
        scratch: builder.kernels.iter().map(Kernel::scratch).max().unwrap_or(0),
        kernels: builder.kernels,
        steps: builder.steps,
        front,
        weights: builder.packer.finish(network),
        inputs,
        outputs,
        kept,
    }
}

/// A plan in the making.
struct Builder<'n> {
    network: &'n Network,
    places: Places,
    /// The buffer of each root value that was written.
    written: Vec<Option<BufferId>>,
    /// The copy beside it for readers over x.
    copies: Vec<Option<BufferId>>,
    buffers: Vec<Buffer>,
    kernels: Vec<Kernel>,
    known: HashMap<Kernel, KernelId>,
    steps: Vec<Step>,
    packer: Packer,
}

impl<'n> Builder<'n> {
    fn new(network: &'n Network, places: Places) -> Self {
        Self {
            network,
            places,
            written: vec![None; network.values.len()],
            copies: vec![None; network.values.len()],
            buffers: Vec::new(),
            kernels: Vec::new(),
            known: HashMap::new(),
            steps: Vec::new(),
            packer: Packer::default(),
        }
    }

    fn input(&mut self, index: usize) {
        let input = &self.network.inputs[index];
        let kernel = input::kernel(index, &input.preprocess, self.view(input.value));
        let write = self.write(input.value);
        self.step(Vec::new(), kernel, Vec::new(), vec![write], Vec::new());
    }

    fn group(&mut self, group: &Group) {
        let network = self.network;
        let layer = &network.layers[group.layers[0].0];
        let weights = layer.weights.map(|id| &network.weights[id.0]);
        let fold = group.fold.and_then(|id| {
            let bn = &network.layers[id.0];
            let crate::ir::Op::Bn(op) = &bn.op else { return None };
            weights::fold(&network.weights[bn.weights?.0], op.eps.0)
        });
        let reads: Vec<BufferId> = match group_manner(network, group) {
            Manner::Renames | Manner::Reshapes => return,
            Manner::Dense | Manner::Blocks(_) => {
                group.operands.iter().map(|&v| self.buffer_of(v)).collect()
            }
            Manner::Columns(_) => vec![self.columns_of(layer.inputs[0])],
        };
        let xs = (reads.iter().zip(&group.operands))
            .map(|(&b, &v)| View { shape: network.shape(v), layout: self.layout_seen(b, v) })
            .collect();
        let ys = group.outputs.iter().map(|&v| self.view(v)).collect();
        let mut packs = Vec::new();
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
        };
        if let Some(kernel) = layers::kernel(&layer.op, call) {
            let writes = group.outputs.iter().map(|&v| self.write(v)).collect();
            self.step(group.layers.clone(), kernel, reads, writes, packs);
        }
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
        let copy = self.buffer(View { shape: x.shape, layout });
        self.copies[root.0] = Some(copy);
        let read = self.buffer_of(root);
        self.step(Vec::new(), slice::conversion(x, layout), vec![read], vec![copy], Vec::new());
        copy
    }

    fn write(&mut self, value: ValueId) -> BufferId {
        let view = self.view(value);
        let buffer = self.buffer(view);
        self.written[self.places.root(value).0] = Some(buffer);
        buffer
    }

    fn buffer(&mut self, View { shape, layout }: View) -> BufferId {
        self.buffers.push(Buffer { shape, layout, offset: 0, len: layout.len(shape) });
        BufferId(self.buffers.len() - 1)
    }

    fn step(
        &mut self,
        layers: Vec<crate::ir::LayerId>,
        kernel: Kernel,
        reads: Vec<BufferId>,
        writes: Vec<BufferId>,
        weights: Vec<crate::plan::PackId>,
    ) {
        let next = KernelId(self.kernels.len());
        let id = *self.known.entry(kernel).or_insert_with_key(|kernel| {
            self.kernels.push(kernel.clone());
            next
        });
        self.steps.push(Step { layers, kernel: id, reads, writes, weights });
    }

    /// The steps that run row by row; their rings have no places yet.
    fn front(&self, last: &[BufferId]) -> Vec<Stage> {
        let weights = self.packer.lens();
        let Self { steps, kernels, buffers, .. } = self;
        Steps { steps, kernels, buffers, weights: &weights, last }.front()
    }

    /// Gives every buffer its place, those in `last` until the end; returns the arena's length.
    ///
    /// While the front runs what it reads and what it leaves stand beside each other.
    fn place(&mut self, last: &[BufferId], front: &[Stage]) -> usize {
        let mut requests: Vec<Request> =
            self.buffers.iter().map(|b| Request { len: b.len, first: 0, last: 0 }).collect();
        for (index, step) in self.steps.iter().enumerate() {
            for write in &step.writes {
                requests[write.0].first = index;
                requests[write.0].last = index;
            }
            for read in &step.reads {
                requests[read.0].last = index;
            }
        }
        for buffer in last {
            requests[buffer.0].last = self.steps.len();
        }
        if let [first, .., end] = front {
            let read = &mut requests[self.steps[first.step].reads[0].0];
            read.last = read.last.max(end.step);
            requests[self.steps[end.step].writes[0].0].first = first.step;
        }
        let (offsets, arena) = arena::place(&requests);
        for (buffer, offset) in self.buffers.iter_mut().zip(offsets) {
            buffer.offset = offset;
        }
        arena
    }
}
