//! A network whose gradients are written out by hand: for tests of training that want no compiler.
//!
//! Dense layers `features -> hidden -> outputs` with relu between, or softmax regression alone where
//! `hidden` is 0. The hidden layer may have dropout, and the mean of the inputs runs along, as a batch
//! norm's statistic does, without any use: what a checkpoint must hold is all there.

use cnn_runtime::train::{Head, Learner, Output, SampleLoss};
use cnn_weights::{Role, SplitMix64, Tensor, init};

/// The network.
#[derive(Debug, Clone)]
pub struct HandWritten {
    features: usize,
    hidden: usize,
    outputs: usize,
    head: Head,
    /// Whether hidden units are dropped with probability one half while training.
    pub dropout: bool,
    tensors: Vec<Tensor>,
    /// Which tensors are frozen.
    pub frozen: Vec<bool>,
    parameters: Vec<f32>,
    stream: SplitMix64,
    units: Vec<f32>,
    d_units: Vec<f32>,
    d_logits: Vec<f32>,
    bad: Option<&'static str>,
}

/// Where its tensors begin.
struct Places {
    kernel_1: usize,
    bias_1: usize,
    mean: usize,
    kernel_2: usize,
    bias_2: usize,
}

impl HandWritten {
    /// Glorot uniform by a seed.
    pub fn new(features: usize, hidden: usize, outputs: usize, seed: u64) -> Self {
        let kernel = Role::DenseKernel { flattened: None };
        let last = if hidden == 0 { features } else { hidden };
        let tensors = vec![
            Tensor::new("dense1", kernel, vec![features, hidden]),
            Tensor::new("dense1", Role::Bias, vec![hidden]),
            Tensor::new("input", Role::MovingMean, vec![features]),
            Tensor::new("dense2", kernel, vec![last, outputs]),
            Tensor::new("dense2", Role::Bias, vec![outputs]),
        ];
        Self {
            features,
            hidden,
            outputs,
            head: Head::Softmax,
            dropout: false,
            frozen: vec![false; tensors.len()],
            parameters: init(&tensors, seed).concat(),
            tensors,
            stream: SplitMix64(0),
            units: vec![0.0; last],
            d_units: vec![0.0; last],
            d_logits: vec![0.0; outputs],
            bad: None,
        }
    }

    /// With another last layer.
    #[must_use]
    pub fn head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }

    fn places(&self) -> Places {
        let bias_1 = self.features * self.hidden;
        let mean = bias_1 + self.hidden;
        let kernel_2 = mean + self.features;
        let bias_2 = kernel_2 + self.units.len() * self.outputs;
        Places { kernel_1: 0, bias_1, mean, kernel_2, bias_2 }
    }

    /// The hidden units and the logits of a sample.
    fn sample(&mut self, image: &[f32], logits: &mut [f32], training: bool) {
        let at = self.places();
        if self.hidden == 0 {
            self.units.copy_from_slice(image);
        } else {
            for (unit, value) in self.units.iter_mut().enumerate() {
                let weights = self.parameters[at.kernel_1 + unit..].iter().step_by(self.hidden);
                let sum: f32 = image.iter().zip(weights).map(|(x, w)| x * w).sum();
                *value = cnn_runtime::math::relu(sum + self.parameters[at.bias_1 + unit]);
                if training && self.dropout {
                    *value = if self.stream.below(2) == 0 { 0.0 } else { 2.0 * *value };
                }
            }
        }
        for (class, logit) in logits.iter_mut().enumerate() {
            let weights = self.parameters[at.kernel_2 + class..].iter().step_by(self.outputs);
            let sum: f32 = self.units.iter().zip(weights).map(|(x, w)| x * w).sum();
            *logit = sum + self.parameters[at.bias_2 + class];
        }
        if training && self.bad.is_none() {
            let bad = |values: &[f32]| values.iter().any(|x| !x.is_finite());
            self.bad = match () {
                () if bad(&self.units) => Some("dense1"),
                () if bad(logits) => Some("dense2"),
                () => None,
            };
        }
    }

    /// Adds a sample's gradient; `d_logits` and `units` are its own.
    fn add_gradient(&mut self, image: &[f32], gradient: &mut [f32]) {
        let at = self.places();
        for (unit, &value) in self.units.iter().enumerate() {
            let row = at.kernel_2 + unit * self.outputs..at.kernel_2 + (unit + 1) * self.outputs;
            let weights = &self.parameters[row.clone()];
            let d_unit: f32 = weights.iter().zip(&self.d_logits).map(|(w, d)| w * d).sum();
            let scale = if self.dropout { 2.0 } else { 1.0 };
            self.d_units[unit] = if value > 0.0 { scale * d_unit } else { 0.0 };
            gradient[row].iter_mut().zip(&self.d_logits).for_each(|(g, d)| *g += value * d);
        }
        gradient[at.bias_2..].iter_mut().zip(&self.d_logits).for_each(|(g, d)| *g += d);
        if self.hidden == 0 {
            return;
        }
        for (feature, x) in image.iter().enumerate() {
            let row = &mut gradient[at.kernel_1 + feature * self.hidden..][..self.hidden];
            row.iter_mut().zip(&self.d_units).for_each(|(g, d)| *g += x * d);
        }
        gradient[at.bias_1..at.mean].iter_mut().zip(&self.d_units).for_each(|(g, d)| *g += d);
    }
}

impl Learner for HandWritten {
    fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    fn frozen(&self) -> &[bool] {
        &self.frozen
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, self.features]
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn head(&self) -> Head {
        self.head
    }

    fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f32] {
        &mut self.parameters
    }

    fn begin_step(&mut self, seed: u64, step: u64) {
        self.stream = SplitMix64(seed ^ SplitMix64(step).next_u64());
    }

    fn backward(
        &mut self,
        images: &[f32],
        loss: &SampleLoss<'_>,
        losses: &mut [f32],
        logits: &mut [f32],
        gradient: &mut [f32],
    ) {
        self.bad = None;
        gradient.fill(0.0);
        let samples = images.chunks_exact(self.features).zip(logits.chunks_exact_mut(self.outputs));
        for (index, (image, logits)) in samples.enumerate() {
            self.sample(image, logits, true);
            losses[index] = loss(index, Output::Main, logits, &mut self.d_logits);
            self.add_gradient(image, gradient);
            let mean = self.places().mean;
            let means = &mut self.parameters[mean..][..self.features];
            means.iter_mut().zip(image).for_each(|(mean, x)| *mean += 0.01 * (x - *mean));
        }
        let mut start = 0;
        for (tensor, frozen) in self.tensors.iter().zip(&self.frozen) {
            if *frozen {
                gradient[start..start + tensor.len()].fill(0.0);
            }
            start += tensor.len();
        }
    }

    fn forward(&mut self, images: &[f32], logits: &mut [f32]) {
        let samples = images.chunks_exact(self.features).zip(logits.chunks_exact_mut(self.outputs));
        samples.for_each(|(image, logits)| self.sample(image, logits, false));
    }

    fn first_not_finite(&self) -> Option<String> {
        self.bad.map(str::to_owned)
    }
}
