//! An optimizer at work: its settings, its state, and a step.

use super::{Adam, Optimizer, Sgd, Span, spans, sum_of_squares};
use cnn_weights::Tensor;

/// An optimizer at work on the parameters of one model.
#[derive(Debug, Clone)]
pub struct Descent {
    optimizer: Optimizer,
    spans: Vec<Span>,
    /// SGD's momentum or Adam's first moment, and Adam's second: of the parameters' length each, or
    /// empty where there is none.
    moments: [Vec<f32>; 2],
    /// Steps taken.
    steps: u64,
}

impl Descent {
    /// Before the first step, on the parameters of these tensors, of which some are frozen. All
    /// memory is allocated here.
    pub fn new(optimizer: Optimizer, tensors: &[Tensor], frozen: &[bool]) -> Self {
        let len = tensors.iter().map(Tensor::len).sum();
        let moments = match optimizer {
            Optimizer::Sgd(Sgd { momentum: 0.0, .. }) => [vec![], vec![]],
            Optimizer::Sgd(_) => [vec![0.0; len], vec![]],
            Optimizer::Adam(_) => [vec![0.0; len], vec![0.0; len]],
        };
        let spans = spans(tensors, frozen, optimizer.weight_decay().all);
        Self { optimizer, spans, moments, steps: 0 }
    }

    /// One step: `parameters` and `gradient` are of all tensors.
    ///
    /// # Panics
    /// If the lengths are not those of the tensors.
    pub fn step(&mut self, rate: f64, parameters: &mut [f32], gradient: &[f32]) {
        self.steps += 1;
        let decay = self.optimizer.weight_decay();
        let [first, second] = &mut self.moments;
        for Span { range, decays } in &self.spans {
            let (l2, kept) = if *decays { decay.factors(rate) } else { (0.0, 1.0) };
            let (w, g) = (&mut parameters[range.clone()], &gradient[range.clone()]);
            match self.optimizer {
                Optimizer::Sgd(Sgd { momentum: 0.0, .. }) => {
                    plain(Weights { w, kept }, g, l2, rate as f32);
                }
                Optimizer::Sgd(sgd) => {
                    let m = &mut first[range.clone()];
                    momentum(Weights { w, kept }, g, l2, m, rate as f32, sgd);
                }
                Optimizer::Adam(settings) => {
                    let m = &mut first[range.clone()];
                    let v = &mut second[range.clone()];
                    let corrected = Corrected::new(settings, rate, self.steps);
                    adam(Weights { w, kept }, g, l2, [m, v], &corrected);
                }
            }
        }
    }

    /// The loss's share of [`WeightDecay::l2`](super::WeightDecay::l2): `lambda / 2 * ||w||^2` over the
    /// parameters that it acts on, 0 without it.
    pub fn penalty(&self, parameters: &[f32]) -> f64 {
        let lambda = self.optimizer.weight_decay().penalty();
        if lambda == 0.0 {
            return 0.0;
        }
        let decaying = self.spans.iter().filter(|span| span.decays);
        let squares: f64 =
            decaying.map(|span| sum_of_squares(&parameters[span.range.clone()])).sum();
        0.5 * lambda * squares
    }

    /// The steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What it remembers of past gradients, in the parameters' order; empty where it has no use for it.
    pub(in crate::train) fn moments(&self) -> [&[f32]; 2] {
        self.moments.each_ref().map(Vec::as_slice)
    }

    /// Goes on from a state that [`moments`](Self::moments) and [`steps`](Self::steps) gave; their
    /// lengths are right.
    pub(in crate::train) fn restore(&mut self, moments: [Vec<f32>; 2], steps: u64) {
        self.moments = moments;
        self.steps = steps;
    }
}

/// Parameters, and what decoupled weight decay leaves of them at this step.
struct Weights<'a> {
    w: &'a mut [f32],
    kept: f32,
}

fn plain(Weights { w, kept }: Weights<'_>, g: &[f32], l2: f32, rate: f32) {
    for (w, &g) in w.iter_mut().zip(g) {
        *w = kept * *w - rate * (g + l2 * *w);
    }
}

fn momentum(
    Weights { w, kept }: Weights<'_>,
    g: &[f32],
    l2: f32,
    m: &mut [f32],
    rate: f32,
    sgd: Sgd,
) {
    let mu = sgd.momentum as f32;
    if sgd.nesterov {
        for ((w, &g), m) in w.iter_mut().zip(g).zip(m) {
            let g = g + l2 * *w;
            *m = mu * *m + g;
            *w = kept * *w - rate * (g + mu * *m);
        }
    } else {
        for ((w, &g), m) in w.iter_mut().zip(g).zip(m) {
            *m = mu * *m + (g + l2 * *w);
            *w = kept * *w - rate * *m;
        }
    }
}

fn adam(
    Weights { w, kept }: Weights<'_>,
    g: &[f32],
    l2: f32,
    [m, v]: [&mut [f32]; 2],
    by: &Corrected,
) {
    for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
        let g = g + l2 * *w;
        *m = by.beta_1 * *m + by.rest_1 * g;
        *v = by.beta_2 * *v + by.rest_2 * (g * g);
        *w = kept * *w - by.rate * *m / (v.sqrt() * by.root + by.epsilon);
    }
}

/// Adam's factors at a step, computed in `f64`.
struct Corrected {
    beta_1: f32,
    rest_1: f32,
    beta_2: f32,
    rest_2: f32,
    /// `rate / (1 - beta_1^t)`.
    rate: f32,
    /// `1 / sqrt(1 - beta_2^t)`.
    root: f32,
    epsilon: f32,
}

impl Corrected {
    fn new(adam: Adam, rate: f64, step: u64) -> Self {
        let Adam { beta_1, beta_2, epsilon, .. } = adam;
        let power = |beta: f64| libm::pow(beta, step as f64);
        Self {
            beta_1: beta_1 as f32,
            rest_1: (1.0 - beta_1) as f32,
            beta_2: beta_2 as f32,
            rest_2: (1.0 - beta_2) as f32,
            rate: (rate / (1.0 - power(beta_1))) as f32,
            root: (1.0 / (1.0 - power(beta_2)).sqrt()) as f32,
            epsilon: epsilon as f32,
        }
    }
}
