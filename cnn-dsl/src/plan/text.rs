//! A plan as text: one row a step, for goldens and for readers.
//!
//! `1 conv1+conv1.relu  k1 conv 3x3 columns 16, relu  28x28x1 [1|0+28+6] @0 -> 26x26x3 @960  w0 w1`:
//! step, layers, kernel, operands and results with their places, pieces of the weights. A layout is
//! written only where it is not dense: `[lanes|left+W+right]`; `by` what lies from a row to the next
//! where a value lies in a larger one.

use crate::ir::Activation;
use crate::plan::layers::conv::winograd::Strip;
use crate::plan::layers::{Kernel, View, conv, dense, pad, pool};
use crate::plan::{Buffer, BufferId, Plan, Step};
use cnn_weights::Form;
use std::fmt;

impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: arena {}, weights {}", self.network.name, self.arena, self.weights.len)?;
        for (index, step) in self.steps.iter().enumerate() {
            writeln!(f, "{index} {}", self.step_text(step))?;
        }
        for stage in &self.front {
            write!(f, "row by row: {}", stage.step)?;
            match stage.ring {
                Some(ring) => writeln!(f, ", {} rows @{} +{}", ring.rows, ring.offset, ring.len)?,
                None => writeln!(f)?,
            }
        }
        for (index, pack) in self.weights.packs.iter().enumerate() {
            writeln!(f, "w{index} @{} +{} {}", pack.offset, pack.len, self.form_text(&pack.form))?;
        }
        writeln!(f, "outputs {}", self.places_text(&self.outputs))?;
        if !self.kept.is_empty() {
            writeln!(f, "kept {}", self.places_text(&self.kept))?;
        }
        Ok(())
    }
}

impl Plan<'_> {
    fn step_text(&self, step: &Step) -> String {
        let names = self.step_layers(step);
        let (xs, ys) = self.kernels[step.kernel.0].views();
        let kernel = kernel_text(&self.kernels[step.kernel.0]);
        let mut text = format!("{names}  k{} {kernel}  ", step.kernel.0);
        if step.reads.is_empty() {
            text.push_str("user");
        } else {
            text.push_str(&self.operands_text(&step.reads, &xs));
        }
        text.push_str(" -> ");
        text.push_str(&self.operands_text(&step.writes, &ys));
        for (index, pack) in step.weights.iter().enumerate() {
            text.push_str(&format!("{}w{}", if index == 0 { "  " } else { " " }, pack.0));
        }
        text
    }

    /// The names of a step's layers.
    pub(super) fn step_layers(&self, step: &Step) -> String {
        let names: Vec<&str> =
            step.layers.iter().map(|id| self.network.layers[id.0].name.as_str()).collect();
        if names.is_empty() { "-".to_owned() } else { names.join("+") }
    }

    fn operands_text(&self, buffers: &[BufferId], views: &[View]) -> String {
        let one = |(buffer, view): (&BufferId, &View)| {
            let Buffer { offset, stride, within, user, .. } = self.buffers[buffer.0];
            if user.is_some() {
                return format!("user {}", view_text(*view));
            }
            let by = if within.is_some() { format!(" by {stride}") } else { String::new() };
            format!("{} @{offset}{by}", view_text(*view))
        };
        buffers.iter().zip(views).map(one).collect::<Vec<_>>().join(", ")
    }

    fn places_text(&self, buffers: &[BufferId]) -> String {
        let places = buffers.iter().map(|b| format!("@{}", self.buffers[b.0].offset));
        places.collect::<Vec<_>>().join(" ")
    }

    fn form_text(&self, form: &Form) -> String {
        let layer = |tensor: usize| self.weights.tensors[tensor].layer.clone();
        let folded = |fold: Option<usize>| {
            fold.map_or(String::new(), |mean| format!(" with {}", layer(mean)))
        };
        match form {
            Form::Panels { kernel, fold, groups, lanes } => {
                let groups = if *groups == 1 { String::new() } else { format!(" groups {groups}") };
                let fold = folded(fold.map(|f| f.mean));
                format!("panels {}{fold}{groups} lanes {lanes}", layer(*kernel))
            }
            Form::Winograd { kernel, fold, lanes, tile } => {
                let (m, fold) = (tile.outputs(), folded(fold.map(|f| f.mean)));
                format!("winograd {m}x{m} {}{fold} lanes {lanes}", layer(*kernel))
            }
            Form::Turned { kernel, groups, lanes } => {
                let groups = if *groups == 1 { String::new() } else { format!(" groups {groups}") };
                format!("turned {}{groups} lanes {lanes}", layer(*kernel))
            }
            Form::TurnedTaps { kernel, lanes } => {
                format!("turned taps {} lanes {lanes}", layer(*kernel))
            }
            Form::Batch { mean } => format!("batch {}", layer(*mean)),
            Form::Taps { kernel, fold, lanes } => {
                let fold = folded(fold.map(|f| f.mean));
                format!("taps {}{fold} lanes {lanes}", layer(*kernel))
            }
            Form::Bias { bias, fold, channels, groups, lanes } => {
                let groups = if *groups == 1 { String::new() } else { format!(" groups {groups}") };
                let bias = bias.map_or("0".into(), layer);
                let fold = folded(fold.map(|f| f.mean));
                format!("bias {bias}{fold} channels {channels}{groups} lanes {lanes}")
            }
            Form::Affine(fold) => format!("affine {}", layer(fold.mean)),
            Form::Raw { tensor } => format!("raw {}", layer(*tensor)),
        }
    }
}

pub(super) fn view_text(View { shape, layout }: View) -> String {
    if layout.is_dense(shape) {
        return shape.to_string();
    }
    let [_, w, _] = shape.hwc();
    format!("{shape} [{}|{}+{w}+{}]", layout.lanes, layout.left, layout.right)
}

pub(super) fn kernel_text(kernel: &Kernel) -> String {
    let (text, epilogue) = match kernel {
        Kernel::Input(k) => {
            let bytes = if k.preprocess.bytes { " bytes" } else { "" };
            (format!("input {}{bytes}", k.index), &Vec::new())
        }
        Kernel::Conv(k) => (conv_text(k), &k.epilogue),
        Kernel::Dw(k) => {
            let [r, s] = k.op.kernel;
            (format!("dw {r}x{s}{}{}", stride(k.op.stride), unrolled(k.unroll)), &k.epilogue)
        }
        Kernel::Deconv(k) => {
            let [r, s] = k.op.kernel;
            (format!("deconv {r}x{s}{} lanes {}", stride(k.op.stride), k.lanes), &k.epilogue)
        }
        Kernel::Dense(k) => {
            let form = match k.form {
                dense::Form::Units { lanes } => format!("units {lanes}"),
                dense::Form::Inputs { sums } => format!("inputs sums {sums}"),
            };
            (format!("dense {form}{}", unrolled(k.unroll)), &k.epilogue)
        }
        Kernel::Pool(k) => (pool_text(k), &k.epilogue),
        Kernel::Bn(k) => ("bn".to_owned(), &k.epilogue),
        Kernel::Activation(k) => ("activation".to_owned(), &k.functions),
        Kernel::Softmax(k) => ("softmax".to_owned(), &k.epilogue),
        Kernel::Lrn(k) => (format!("lrn {}", k.op.size), &k.epilogue),
        Kernel::Add(k) => ("add".to_owned(), &k.epilogue),
        Kernel::Mul(k) => ("mul".to_owned(), &k.epilogue),
        Kernel::Concat(k) => ("concat".to_owned(), &k.epilogue),
        Kernel::Scale(k) => (format!("scale {}", k.op.0.0), &k.epilogue),
        Kernel::Pad(k) => (pad_text(k), &k.epilogue),
        Kernel::Slice(k) => (format!("slice {}..{}", k.op.from, k.op.to), &k.epilogue),
        Kernel::Split(_) => ("split".to_owned(), &Vec::new()),
        Kernel::Shuffle(k) => (format!("shuffle {}", k.op.groups), &k.epilogue),
        Kernel::Resize(k) => {
            (format!("{} {:?}", k.op.kind(), k.op.mode).to_lowercase(), &k.epilogue)
        }
        Kernel::Depth(k) => (format!("{} {}", k.op.kind(), k.op.block), &k.epilogue),
        Kernel::Gradient(k) => (k.op.kind().to_owned(), &k.epilogue),
    };
    epilogue.iter().map(Activation::kind).fold(text, |text, next| format!("{text}, {next}"))
}

fn conv_text(k: &conv::Conv) -> String {
    let [r, s] = k.op.kernel;
    let form = match k.form {
        conv::Form::Channels { lanes } => format!("channels {lanes}"),
        conv::Form::Columns { lanes } => format!("columns {lanes}"),
        conv::Form::Winograd { tile, strip: Strip { rows, beside } } => {
            let (m, down) = (tile.outputs(), rows * tile.outputs());
            let beside = if beside == 1 { String::new() } else { format!(", {beside} beside") };
            format!("winograd {m}x{m}, strips of {down} rows{beside}")
        }
    };
    let groups = if k.op.groups == 1 { String::new() } else { format!(" groups {}", k.op.groups) };
    let sum = if k.summand.is_some() { ", add" } else { "" };
    format!("conv {r}x{s}{}{groups} {form}{}{sum}", stride(k.op.stride), unrolled(k.unroll))
}

fn pool_text(k: &pool::Pool) -> String {
    use crate::ir::layers::pool::{PoolKind, PoolOver};
    let kind = match k.op.kind {
        PoolKind::Max => "max",
        PoolKind::Average => "avg",
    };
    match k.op.over {
        PoolOver::Window { kernel: [r, s], stride: by, .. } => {
            format!("pool {kind} {r}x{s}{}", stride(by))
        }
        PoolOver::Global => format!("pool {kind} global"),
        PoolOver::Regions([p, q]) => format!("pool {kind} to {p}x{q}"),
    }
}

fn pad_text(k: &pad::Pad) -> String {
    use crate::ir::layers::pad::Pad;
    match k.op {
        Pad::Image(p) => format!("pad ({}, {}, {}, {})", p.top, p.bottom, p.left, p.right),
        Pad::Channels(before, after) => format!("pad channels ({before}, {after})"),
    }
}

fn stride([vertical, horizontal]: [usize; 2]) -> String {
    if [vertical, horizontal] == [1, 1] {
        String::new()
    } else {
        format!(" stride {vertical}x{horizontal}")
    }
}

fn unrolled(unroll: bool) -> &'static str {
    if unroll { " unrolled" } else { "" }
}
