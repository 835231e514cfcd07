//! The dynamic executor: runs a plan as it is, without emitting code.
//!
//! In: a [`Plan`], its packed weights, images. Out: the network's outputs and every kept value.
//! Kernels are not generic and take their sizes from the plan; loops go over chunks of sixteen lanes
//! so that they become vector code, and no further effort is made: a value in blocks of channels is
//! made dense before a kernel reads it. Sums run in the order that the
//! plan's kernels document, so results have the same bits as emitted code of the same plan.

mod blocks;
mod borrow;
mod epilogue;
mod layers;
#[cfg(test)]
mod tests;

use cnn_dsl::plan::{BufferId, Kernel, Plan, Step};
use std::borrow::Cow;
use std::ops::Range;

/// An image, dense NHWC, in the user's units.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Floats.
    F32(&'a [f32]),
    /// Bytes, for an input declared `u8`.
    Bytes(&'a [u8]),
}

/// What is wrong with the numbers given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message says it")]
pub enum Error {
    #[error("the plan's weights are {expected} numbers, not {found}")]
    Weights { expected: usize, found: usize },
    #[error("the network has {expected} inputs, not {found}")]
    Inputs { expected: usize, found: usize },
    #[error("input {index} has {expected} numbers, not {found}")]
    Length { index: usize, expected: usize, found: usize },
    #[error("input {index} takes no bytes: it is not declared `u8`")]
    Bytes { index: usize },
}

/// A plan with its weights and its arena.
#[derive(Debug)]
pub struct Executor<'p> {
    plan: &'p Plan<'p>,
    weights: Vec<f32>,
    arena: Vec<f32>,
}

impl<'p> Executor<'p> {
    /// Makes the arena.
    ///
    /// # Errors
    /// If the weights are not as many as the plan's table says.
    pub fn new(plan: &'p Plan<'p>, weights: Vec<f32>) -> Result<Self, Error> {
        let expected = plan.weights.len;
        if weights.len() != expected {
            return Err(Error::Weights { expected, found: weights.len() });
        }
        Ok(Self { plan, weights, arena: vec![0.0; plan.arena] })
    }

    /// Runs the network once; returns its outputs in the order of their declaration, dense NHWC.
    ///
    /// # Errors
    /// If the inputs are not what the network takes.
    pub fn run(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Vec<f32>>, Error> {
        self.check(inputs)?;
        for step in &self.plan.steps {
            self.step(step, inputs);
        }
        Ok(self.plan.outputs.iter().map(|&id| self.value(id).to_vec()).collect())
    }

    /// The kept value of this index in [`Options::keep`](cnn_dsl::plan::Options::keep), dense NHWC,
    /// as the last run left it; `None` if there is none.
    pub fn kept(&self, index: usize) -> Option<&[f32]> {
        self.plan.kept.get(index).map(|&id| self.value(id))
    }

    fn check(&self, inputs: &[Input<'_>]) -> Result<(), Error> {
        let network = self.plan.network;
        let expected = network.inputs.len();
        if inputs.len() != expected {
            return Err(Error::Inputs { expected, found: inputs.len() });
        }
        for (index, (given, wanted)) in inputs.iter().zip(&network.inputs).enumerate() {
            let expected = network.shape(wanted.value).len();
            let (found, bytes) = match given {
                Input::F32(x) => (x.len(), false),
                Input::Bytes(x) => (x.len(), true),
            };
            if bytes && !wanted.preprocess.bytes {
                return Err(Error::Bytes { index });
            }
            if found != expected {
                return Err(Error::Length { index, expected, found });
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, inputs: &[Input<'_>]) {
        let plan = self.plan;
        let ranges = |ids: &[BufferId]| ids.iter().map(|&id| range(plan, id)).collect::<Vec<_>>();
        let (mut reads, mut writes) =
            borrow::disjoint(&mut self.arena, &ranges(&step.reads), &ranges(&step.writes));
        for (id, read) in step.reads.iter().zip(&mut reads) {
            if let Some(index) = plan.buffers[id.0].user {
                *read = floats(&inputs[index]);
            }
        }
        let packs = step.weights.iter().map(|id| &plan.weights.packs[id.0]);
        let weights: Vec<&[f32]> =
            packs.map(|pack| &self.weights[pack.offset..pack.offset + pack.len]).collect();
        let kernel = &plan.kernels[step.kernel.0];
        if sees_layouts(kernel) {
            return run(kernel, inputs, &reads, &mut writes, &weights);
        }
        let buffer = |id: &BufferId| &plan.buffers[id.0];
        let reads: Vec<Cow<'_, [f32]>> =
            step.reads.iter().zip(reads).map(|(id, x)| blocks::dense(x, buffer(id))).collect();
        let reads: Vec<&[f32]> = reads.iter().map(|x| &**x).collect();
        let mut made: Vec<Vec<f32>> =
            step.writes.iter().map(|id| vec![0.0; buffer(id).shape.len()]).collect();
        let mut ys: Vec<&mut [f32]> = made.iter_mut().map(|y| &mut y[..]).collect();
        run(kernel, inputs, &reads, &mut ys, &weights);
        for ((id, made), write) in step.writes.iter().zip(&made).zip(writes) {
            blocks::place(made, write, buffer(id));
        }
    }

    fn value(&self, id: BufferId) -> &[f32] {
        &self.arena[range(self.plan, id)]
    }
}

/// Whether a kernel takes values as they lie. All others get them dense.
fn sees_layouts(kernel: &Kernel) -> bool {
    match kernel {
        Kernel::Input(_) => true,
        Kernel::Conv(conv) => !conv.is_over_channels(),
        Kernel::Dw(_)
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
        | Kernel::Gradient(_) => false,
    }
}

/// Where a buffer lies in the arena; nowhere where the user has it.
fn range(plan: &Plan<'_>, id: BufferId) -> Range<usize> {
    let buffer = &plan.buffers[id.0];
    match buffer.user {
        Some(_) => 0..0,
        None => buffer.offset..buffer.offset + buffer.len,
    }
}

/// An input that is read where the user has it: [`Executor::run`] has refused bytes.
fn floats<'a>(input: &Input<'a>) -> &'a [f32] {
    match input {
        Input::F32(x) => x,
        Input::Bytes(_) => &[],
    }
}

fn run(
    kernel: &Kernel,
    inputs: &[Input<'_>],
    xs: &[&[f32]],
    ys: &mut [&mut [f32]],
    weights: &[&[f32]],
) {
    match kernel {
        Kernel::Input(k) => layers::input::run(k, inputs[k.index], ys[0]),
        Kernel::Conv(k) => layers::conv::run(k, xs, ys[0], weights[0], weights[1]),
        Kernel::Dw(k) => layers::dw::run(k, xs[0], ys[0], weights[0], weights[1]),
        Kernel::Deconv(k) => layers::deconv::run(k, xs[0], ys[0], weights[0], weights[1]),
        Kernel::Dense(k) => layers::dense::run(k, xs[0], ys[0], weights[0], weights[1]),
        Kernel::Pool(k) => layers::pool::run(k, xs[0], ys[0]),
        Kernel::Bn(k) => layers::bn::run(k, xs[0], ys[0], weights[0]),
        Kernel::Activation(k) => layers::activation::run(k, xs[0], ys[0], weights),
        Kernel::Softmax(k) => layers::softmax::run(k, xs[0], ys[0]),
        Kernel::Lrn(k) => layers::lrn::run(k, xs[0], ys[0]),
        Kernel::Add(k) => layers::add::run(k, xs, ys[0]),
        Kernel::Mul(k) => layers::mul::run(k, xs, ys[0]),
        Kernel::Concat(k) => layers::concat::run(k, xs, ys[0]),
        Kernel::Scale(k) => layers::scale::run(k, xs[0], ys[0]),
        Kernel::Pad(k) => layers::pad::run(k, xs[0], ys[0]),
        Kernel::Slice(k) => layers::slice::run(k, xs[0], ys[0]),
        Kernel::Split(k) => layers::split::run(k, xs[0], ys),
        Kernel::Shuffle(k) => layers::shuffle::run(k, xs[0], ys[0]),
        Kernel::Resize(k) => layers::resize::run(k, xs[0], ys[0]),
        Kernel::Depth(k) => layers::depth::run(k, xs[0], ys[0]),
        Kernel::Gradient(_) => unreachable!("a plan of training is run as emitted code alone"),
    }
}
