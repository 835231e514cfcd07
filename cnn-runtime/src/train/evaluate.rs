//! Evaluation: what a network is worth on samples that it was not trained with.

use super::error::FitError;
use super::learner::Learner;
use super::loss::{Loss, OfPixels};
use super::metrics::{Confusion, Sums, in_top_5};
use super::shapes;
use crate::data::{Batches, Dataset, Epoch as Reading};
use std::fmt;

/// How to evaluate.
///
/// ```
/// use cnn_runtime::train::Evaluate;
///
/// let evaluate = Evaluate { batch_size: 100, ..Evaluate::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluate {
    /// Samples that are computed together; 32 by default.
    pub batch_size: usize,
    /// The loss; by default the usual one of the network's last layer, [`Loss::of`].
    pub loss: Option<Loss>,
    /// Threads that read samples; 1 by default.
    pub workers: usize,
}

impl Default for Evaluate {
    fn default() -> Self {
        Self { batch_size: 32, loss: None, workers: 1 }
    }
}

/// What a network is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Samples looked at.
    pub samples: usize,
    /// Their mean loss, without weight decay.
    pub loss: f64,
    /// The share that is right: top-1; see [`Epoch::accuracy`](super::Epoch::accuracy).
    pub accuracy: f64,
    /// The share whose class is among the five with the largest outputs; of pixels, where the network
    /// answers for each.
    pub top_5: f64,
    /// Which classes were taken for which; pixels, where the network answers for each.
    pub confusion: Confusion,
}

/// `loss 0.3021, accuracy 91.20 %, top-5 99.75 %`.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (accuracy, top_5) = (100.0 * self.accuracy, 100.0 * self.top_5);
        write!(f, "loss {:.4}, accuracy {accuracy:.2} %, top-5 {top_5:.2} %", self.loss)
    }
}

impl Evaluate {
    /// Evaluates a network by its inference: running statistics, no dropout, no augmentation.
    ///
    /// # Errors
    /// When the settings or the samples do not fit the network, or a sample cannot be read.
    pub fn run(
        &self,
        learner: &mut dyn Learner,
        data: &dyn Dataset,
    ) -> Result<Evaluation, FitError> {
        let loss = self.loss.unwrap_or(Loss::of(learner.head()));
        loss.check(learner.head()).map_err(|reason| FitError::Settings { reason })?;
        shapes::check(learner, data)?;
        let order: Vec<usize> = (0..data.len()).collect();
        let (classes, pixels) = (shapes::classes(learner), learner.pixels());
        let mut confusion = Confusion::new(classes);
        let mut top_5 = 0u64;
        let mut forward = Forward::new(learner, loss, self.batch_size.min(data.len()));
        let sums = std::thread::scope(|scope| {
            let mut batches = Batches::start(scope, data, self.batch_size, self.workers)?;
            let mut reading = batches.epoch(&order, None);
            forward.run(learner, &mut reading, &mut |logits, target| {
                for (logits, target) in
                    logits.chunks_exact(classes).zip(target.chunks_exact(classes))
                {
                    confusion.add(logits, target);
                    top_5 += u64::from(in_top_5(logits, target));
                }
            })
        })?;
        Ok(Evaluation {
            samples: data.len(),
            loss: sums.mean_loss(),
            accuracy: sums.accuracy(),
            top_5: top_5 as f64 / (data.len() * pixels[0] * pixels[1]) as f64,
            confusion,
        })
    }
}

/// Inference over batches, with memory for one.
pub(super) struct Forward {
    loss: OfPixels<'static>,
    losses: Vec<f32>,
    logits: Vec<f32>,
    d_logits: Vec<f32>,
}

impl Forward {
    pub fn new(learner: &dyn Learner, loss: Loss, batch_size: usize) -> Self {
        let outputs = learner.outputs();
        let loss = OfPixels { loss, classes: shapes::classes(learner), weights: None };
        Self {
            loss,
            losses: vec![0.0; batch_size],
            logits: vec![0.0; batch_size * outputs],
            d_logits: vec![0.0; outputs],
        }
    }

    /// Sums over all batches; `each` sees the logits and the target of every sample, in order.
    pub fn run(
        &mut self,
        learner: &mut dyn Learner,
        reading: &mut Reading<'_, '_>,
        each: &mut dyn FnMut(&[f32], &[f32]),
    ) -> Result<Sums, FitError> {
        let outputs = learner.outputs();
        let mut sums = Sums::default();
        while let Some(batch) = reading.next_batch()? {
            let logits = &mut self.logits[..batch.len() * outputs];
            learner.forward(batch.images(), logits);
            let samples = logits.chunks_exact(outputs).zip(batch.targets().chunks_exact(outputs));
            for ((logits, target), loss) in samples.zip(&mut self.losses) {
                *loss = self.loss.sample(logits, target, 1.0, &mut self.d_logits);
                each(logits, target);
            }
            sums.add(&self.loss, &self.losses[..batch.len()], logits, batch.targets());
        }
        Ok(sums)
    }
}
