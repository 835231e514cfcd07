//! What a training plan has beside its steps: where one sample waits for the others.
//!
//! In: the plan of a network that `differentiate` made. Out: the phases, each a straight line of
//! steps over one sample; what stands between them; the batch norms; and which values are saved.

use crate::ir::Op;
use crate::ir::gradient::Gradient;
use crate::ir::layers::bn::Bn;
use crate::plan::layers::Kernel;
use crate::plan::{BufferId, Plan, Step, weights};
use cnn_weights::Fold;
use std::ops::Range;

/// What runs before samples wait for each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Steps, one after the other, of a sample.
    Each(Range<usize>),
    /// A step of several samples at a time.
    Together(usize),
}

/// The phases of a training plan.
#[derive(Debug, Clone)]
pub struct Training {
    /// All of them in order; losses are steps of none.
    pub phases: Vec<Phase>,
    /// What stands behind each phase but the last.
    pub bounds: Vec<Bound>,
    /// The batch norms, each once.
    pub norms: Vec<Norm>,
    /// What the random numbers of a sample depend on, where there are any; the runtime writes it.
    pub draw: Option<BufferId>,
    /// Values that stand in memory when the last loss is taken: the layer's name, and where it lies.
    pub saved: Vec<(String, BufferId)>,
    /// Where the frozen first layers end.
    pub features: Option<Features>,
}

/// Where the frozen first layers end, if all that follows reads one value of them: what is the same in
/// every epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// The first phase behind them.
    pub phase: usize,
    /// The value.
    pub value: BufferId,
}

/// What stands between two phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Nothing: one of the two is of several samples at a time.
    Nothing,
    /// The loss of the sample, from the logits; its gradient.
    Loss {
        /// Whether of an auxiliary head.
        aux: bool,
        /// What is read.
        logits: BufferId,
        /// What is written.
        d_logits: BufferId,
    },
    /// The moments of all samples become the batch's.
    Moments {
        /// Index among the norms.
        norm: usize,
        /// The sample's.
        moments: BufferId,
    },
    /// The sums of all samples become the batch's.
    Sums {
        /// Index among the norms.
        norm: usize,
        /// The sample's.
        sums: BufferId,
    },
}

/// A batch norm.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// The operation.
    pub op: Bn,
    /// Its tensors.
    pub tensors: Fold,
    /// First `f32` of its piece of the weights.
    pub offset: usize,
    /// Channels.
    pub channels: usize,
    /// Pixels of a sample.
    pub pixels: usize,
    /// Whether its statistics are the running ones, and stay.
    pub frozen: bool,
}

impl Training {
    fn phase(&mut self, phase: Phase, bound: Bound) {
        self.phases.push(phase);
        self.bounds.push(bound);
    }
}

impl Plan<'_> {
    /// The phases; `None` where the plan is not one of training.
    pub fn training(&self) -> Option<Training> {
        let is_loss = |step| matches!(self.gradient(step), Some(Gradient::Loss { .. }));
        let loss = self.steps.iter().position(is_loss)?;
        let last_loss = self.steps.iter().rposition(is_loss)?;
        let mut training = Training {
            phases: Vec::new(),
            bounds: Vec::new(),
            norms: Vec::new(),
            draw: self.draw(),
            saved: Vec::new(),
            features: None,
        };
        let frozen = self.frozen_beginning(loss);
        let mut first = 0;
        for (index, step) in self.steps.iter().enumerate() {
            if let Some((end, value)) = frozen
                && end == index
            {
                if first < index {
                    training.phase(Phase::Each(first..index), Bound::Nothing);
                    first = index;
                }
                training.features = Some(Features { phase: training.phases.len(), value });
            }
            if self.gradient(step).is_some_and(Gradient::is_over_samples) {
                if first < index {
                    training.phase(Phase::Each(first..index), Bound::Nothing);
                }
                training.phase(Phase::Together(index), Bound::Nothing);
                first = index + 1;
            } else if let Some(bound) = self.bound(step, index, &mut training.norms) {
                let end = index + usize::from(!is_loss(step));
                match training.bounds.last_mut() {
                    Some(last @ Bound::Nothing) if first == end => *last = bound,
                    _ => training.phase(Phase::Each(first..end), bound),
                }
                first = index + 1;
            }
        }
        training.phases.push(Phase::Each(first..self.steps.len()));
        training.saved = self.saved(last_loss);
        Some(training)
    }

    /// One past the last step of the frozen first layers, and the one value that all others read of them.
    fn frozen_beginning(&self, loss: usize) -> Option<(usize, BufferId)> {
        let inputs = self.inputs.len();
        let constant = self.steps[inputs..loss].iter().take_while(|step| self.is_constant(step));
        let end = (inputs + constant.count()).min(loss.saturating_sub(1)).max(inputs);
        let weighted = |step: &Step| {
            step.layers.iter().any(|layer| self.network.layers[layer.0].weights.is_some())
        };
        let first = inputs + self.steps[inputs..end].iter().position(weighted)?;
        (first + 1..=end).rev().find_map(|end| Some((end, self.only_value(end)?)))
    }

    /// Whether a step gives the same of an image in every epoch: it has no weights or frozen ones, and
    /// nothing of chance but the draw, which the runtime writes.
    fn is_constant(&self, step: &Step) -> bool {
        let constant = step.layers.iter().map(|layer| &self.network.layers[layer.0]).all(|layer| {
            let frozen = layer.weights.is_none_or(|id| self.network.weights[id.0].frozen);
            frozen && !matches!(layer.op, Op::Dropout(_))
        });
        let forward = |op: &Gradient| {
            matches!(op, Gradient::Normalise(_) | Gradient::Dense(_) | Gradient::Draw)
        };
        let forward = self.gradient(step).is_none_or(forward);
        constant && forward
    }

    /// The one value written before this step that it or a later one reads.
    fn only_value(&self, end: usize) -> Option<BufferId> {
        let (before, behind) = self.steps.split_at(end);
        let whole = |mut buffer: BufferId| {
            while let Some(within) = self.buffers[buffer.0].within {
                buffer = within.buffer;
            }
            buffer
        };
        // The draw is written anew wherever a sample starts.
        let layers = before.iter().filter(|step| self.gradient(step) != Some(&Gradient::Draw));
        let written: Vec<_> =
            layers.flat_map(|step| &step.writes).map(|&buffer| whole(buffer)).collect();
        let reads = behind.iter().flat_map(|step| &step.reads).map(|&buffer| whole(buffer));
        let mut reads = reads.filter(|buffer| written.contains(buffer));
        let value = reads.next()?;
        reads.all(|buffer| buffer == value).then_some(value)
    }

    /// What is written that random numbers depend on.
    fn draw(&self) -> Option<BufferId> {
        let draw = self.steps.iter().find(|step| self.gradient(step) == Some(&Gradient::Draw))?;
        draw.writes.first().copied()
    }

    /// What stands behind a step. Batch norms become known.
    fn bound(&self, step: &Step, index: usize, norms: &mut Vec<Norm>) -> Option<Bound> {
        match self.gradient(step)? {
            &Gradient::Loss { aux } => {
                Some(Bound::Loss { aux, logits: step.reads[0], d_logits: step.writes[0] })
            }
            Gradient::Moments(_) => {
                let norm = self.norm_of(norms, index);
                Some(Bound::Moments { norm, moments: step.writes[0] })
            }
            Gradient::Sums(..) => {
                let norm = self.norm_of(norms, index);
                Some(Bound::Sums { norm, sums: step.writes[0] })
            }
            Gradient::Normalise(_) | Gradient::Centre(..) => {
                self.norm_of(norms, index);
                None
            }
            Gradient::Dense(_)
            | Gradient::Turned(_)
            | Gradient::Weights(_)
            | Gradient::Biases
            | Gradient::Activation(_)
            | Gradient::Pool(_)
            | Gradient::Reshape(_)
            | Gradient::Spread { .. }
            | Gradient::Resize(_)
            | Gradient::Prelu
            | Gradient::Slopes
            | Gradient::Lrn(_)
            | Gradient::Gate
            | Gradient::Draw
            | Gradient::Dropout { .. } => None,
        }
    }

    /// The layer of the backward pass, or one that training alone has, that a step is.
    pub fn gradient(&self, step: &Step) -> Option<&Gradient> {
        match &self.kernels[step.kernel.0] {
            Kernel::Gradient(kernel) => Some(&kernel.op),
            _ => None,
        }
    }

    /// The index of the batch norm of a step among those known; it becomes the last one if it is new.
    fn norm_of(&self, norms: &mut Vec<Norm>, step: usize) -> usize {
        let layer = &self.network.layers[self.steps[step].layers[0].0];
        let shape = self.network.shape(layer.inputs[0]);
        let known = layer.weights.map(|id| &self.network.weights[id.0]);
        let (Op::Gradient(op), Some(known)) = (&layer.op, known) else { return 0 };
        let (Gradient::Moments(op)
        | Gradient::Normalise(op)
        | Gradient::Sums(op, _)
        | Gradient::Centre(op, _)) = op
        else {
            return 0;
        };
        let Some(tensors) = weights::fold(known, op.eps.0) else { return 0 };
        if let Some(index) = norms.iter().position(|norm| norm.tensors == tensors) {
            return index;
        }
        let form = cnn_weights::Form::Batch { mean: tensors.mean };
        let piece = self.weights.packs.iter().find(|pack| pack.form == form);
        let [h, w, channels] = shape.hwc();
        norms.push(Norm {
            op: op.clone(),
            tensors,
            offset: piece.map_or(0, |pack| pack.offset),
            channels,
            pixels: h * w,
            frozen: known.frozen,
        });
        norms.len() - 1
    }

    /// What layers of the model write before the last loss and others read behind it, in order.
    fn saved(&self, loss: usize) -> Vec<(String, BufferId)> {
        let (before, behind) = self.steps.split_at(loss);
        let read_behind = |buffer: &BufferId| behind.iter().any(|step| step.reads.contains(buffer));
        let is_layer = |step: &Step| match self.gradient(step) {
            Some(Gradient::Draw | Gradient::Loss { .. }) => false,
            Some(_) | None => !step.layers.is_empty(),
        };
        let named = before.iter().filter(|step| is_layer(step));
        named
            .flat_map(|step| {
                let written = step.writes.iter().copied().filter(read_behind);
                written.map(|buffer| (self.step_layers(step), buffer))
            })
            .collect()
    }
}
