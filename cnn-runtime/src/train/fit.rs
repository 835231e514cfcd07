//! `fit`: what a training is asked for, in Keras' words.
//!
//! In: [`Fit`], a network, samples. Out: the [`History`], and the network trained, or why not.
//! Deliberately absent: the loop itself, which is in `run.rs`.

use super::callbacks::Callback;
use super::checkpoint::{Checkpoint, Identity};
use super::error::FitError;
use super::features;
use super::history::History;
use super::learner::Learner;
use super::loss::Loss;
use super::optimizer::Optimizer;
use super::progress::Verbose;
use super::run::Run;
use super::schedule::Schedule;
use super::shapes;
use crate::data::{Batches, Dataset};
use cnn_weights::Tensor;

/// How to train.
///
/// ```
/// use cnn_runtime::train::{EarlyStopping, Fit, Schedule, Sgd, WeightDecay};
///
/// let mut stop = EarlyStopping::patience(3).restore_best();
/// let fit = Fit {
///     batch_size: 100,
///     epochs: 4,
///     validation_split: 0.2,
///     optimizer: Sgd { momentum: 0.9, weight_decay: WeightDecay::l2(5e-4), ..Sgd::default() }.into(),
///     schedule: Schedule::Cosine { epochs: 4, floor: 0.0 },
///     callbacks: vec![Box::new(&mut stop)],
///     ..Fit::default()
/// };
/// ```
pub struct Fit<'a> {
    /// Samples of a step; 32 by default. An epoch's last batch has what is left. All samples: batch
    /// gradient descent; 1: stochastic; between: mini-batches.
    pub batch_size: usize,
    /// How often every training sample is seen; 1 by default.
    pub epochs: usize,
    /// This share of the samples, the last ones, validates and is not trained with: taken before any
    /// shuffling, `floor(n * (1 - share))` samples are left. None by default. Samples that lie class by
    /// class, as those of a folder of photos, need [`Dataset::fold`] instead.
    pub validation_split: f64,
    /// Samples that validate, instead of a share.
    pub validation_data: Option<&'a dyn Dataset>,
    /// Whether each epoch has the samples in a random order of its own; yes by default.
    pub shuffle: bool,
    /// What orders, augmentation and dropout depend on; 0 by default. An epoch's order is Fisher and
    /// Yates' exchange of the identity, from the last place down: place `i` with place `below(i + 1)` of
    /// [`SplitMix64`](cnn_weights::SplitMix64), started at `SplitMix64(seed).next_u64() ^
    /// SplitMix64(epoch).next_u64()`, epochs counted from 0.
    pub seed: u64,
    /// [`Sgd`](super::Sgd) with Keras' numbers by default.
    pub optimizer: Optimizer,
    /// The usual one of the network's last layer by default: [`Loss::of`].
    pub loss: Option<Loss>,
    /// The factor of the losses of auxiliary heads: what is made small, and shown of the training, is the
    /// output's loss plus this times the sum of theirs. 0.3 by default, as GoogLeNet was trained (Szegedy
    /// et al. 2014, arXiv:1409.4842, section 5); PyTorch's tutorial takes 0.4 for Inception v3. Accuracy
    /// is the output's, and validation is without heads.
    pub aux_weight: f32,
    /// How the optimizer's learning rate changes; not at all by default.
    pub schedule: Schedule,
    /// How large a gradient may be; any by default.
    pub clip: Clip,
    /// A factor for the loss of each class's samples, or pixels of masks, the class being where the
    /// target is largest; none by default. A batch's loss is divided by its samples, that of a sample by
    /// its pixels, as Keras does, not by the sum of their factors, as PyTorch.
    pub class_weight: Option<Vec<f32>>,
    /// What is called between batches and epochs, in this order.
    pub callbacks: Vec<Box<dyn Callback + 'a>>,
    /// Where the run's state is left, and gone on from: nowhere by default.
    pub checkpoint: Option<Checkpoint>,
    /// Threads that read samples while others are trained with; 1 by default.
    pub workers: usize,
    /// Whether what the frozen layers at the model's beginning give of every sample is computed once
    /// and kept for all epochs; no by default. The result is the same to the bit. It needs 4 bytes for
    /// each sample and each number of the value behind these layers, the columns of zeros that stand
    /// beside an image's rows among them. The layers are those that the model's text freezes, up to
    /// the last value that everything behind it is computed from; a data set that augments is
    /// refused, because its samples differ from epoch to epoch.
    pub cache_frozen: bool,
    /// How much is said on the standard error.
    pub verbose: Verbose,
}

/// How large the gradient of a batch may be, of all trained parameters together; weight decay is added
/// afterwards, as PyTorch does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Clip {
    /// Any.
    #[default]
    None,
    /// Scaled down to this length, if it is longer (Pascanu et al. 2013).
    Norm(f64),
    /// Every number cut off at plus and minus this.
    Value(f64),
}

impl Default for Fit<'_> {
    fn default() -> Self {
        Self {
            batch_size: 32,
            epochs: 1,
            validation_split: 0.0,
            validation_data: None,
            shuffle: true,
            seed: 0,
            optimizer: Optimizer::default(),
            loss: None,
            aux_weight: 0.3,
            schedule: Schedule::Constant,
            clip: Clip::None,
            class_weight: None,
            callbacks: Vec::new(),
            checkpoint: None,
            workers: 1,
            cache_frozen: false,
            verbose: Verbose::default(),
        }
    }
}

impl Fit<'_> {
    /// Trains a network. The result depends on the settings, the samples and the parameters that it
    /// begins with alone: not on the workers, nor on interruptions that a checkpoint bridges.
    ///
    /// # Errors
    /// [`FitError`] says which there are, and what the parameters then are.
    pub fn run(self, learner: &mut dyn Learner, data: &dyn Dataset) -> Result<History, FitError> {
        let loss = self.loss.unwrap_or(Loss::of(learner.head()));
        self.check(learner, loss).map_err(|reason| FitError::Settings { reason })?;
        shapes::check(learner, data)?;
        if let Some(validation) = self.validation_data {
            shapes::check(learner, validation)?;
        }
        if !self.cache_frozen {
            return self.train(learner, data, loss);
        }
        let training = features::of(&self, learner, data)?;
        let validation = self.validation_data.map(|data| features::of(&self, learner, data));
        let validation = validation.transpose()?;
        let validation_data = validation.as_ref().map(|data| data as &dyn Dataset);
        Fit { validation_data, ..self }.train(learner, &training, loss)
    }

    /// Trains with samples, or with what the frozen layers give of them.
    fn train(
        mut self,
        learner: &mut dyn Learner,
        data: &dyn Dataset,
        loss: Loss,
    ) -> Result<History, FitError> {
        // In `f64` and in this order, as Keras computes it.
        let training = (data.len() as f64 * (1.0 - self.validation_split)).floor() as usize;
        if training == 0 {
            let reason = "no sample is left to train with".to_owned();
            return Err(FitError::Settings { reason });
        }
        let identity = self.identity(learner, data, loss);
        let mut callbacks = std::mem::take(&mut self.callbacks);
        std::thread::scope(|scope| {
            let batches = Batches::start(scope, data, self.batch_size, self.workers)?;
            let given = self
                .validation_data
                .map(|data| Batches::start(scope, data, self.batch_size, self.workers));
            let others = given.transpose()?;
            let mut run = Run::new(&self, learner, loss, training, data.len(), identity);
            run.resume(&mut callbacks)?;
            run.epochs(batches, others, &mut callbacks)
        })
    }

    /// # Errors
    /// What makes no sense.
    fn check(&self, learner: &dyn Learner, loss: Loss) -> Result<(), String> {
        loss.check(learner.head())?;
        self.optimizer.check()?;
        self.schedule.check()?;
        if self.batch_size == 0 {
            return Err("`batch_size` is 0".to_owned());
        }
        if !(0.0..1.0).contains(&self.validation_split) {
            let split = self.validation_split;
            return Err(format!("`validation_split` is {split}, it is a share from 0 to below 1"));
        }
        if self.validation_split > 0.0 && self.validation_data.is_some() {
            return Err("both `validation_split` and `validation_data` are given".to_owned());
        }
        if let Clip::Norm(most) | Clip::Value(most) = self.clip
            && !(most > 0.0 && most.is_finite())
        {
            return Err(format!("the gradient is clipped to {most}, that must be positive"));
        }
        let weight = self.aux_weight;
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(format!("`aux_weight` is {weight}, it must not be negative"));
        }
        let learnt = learner.tensors().iter().zip(learner.frozen());
        let mut learnt = learnt.filter(|(tensor, _)| !tensor.role.is_statistic()).peekable();
        if learnt.peek().is_none() {
            return Err("the model has no layer with parameters, nothing can be learnt".to_owned());
        }
        if learnt.all(|(_, frozen)| *frozen) {
            let reason = "every layer with parameters is frozen, nothing is left to learn: \
                          `unfreeze` one";
            return Err(reason.to_owned());
        }
        if let Some(weights) = &self.class_weight {
            let (found, needed) = (weights.len(), shapes::classes(learner));
            if found != needed {
                return Err(format!("`class_weight` has {found} numbers, for {needed} classes"));
            }
            if let Some(weight) =
                weights.iter().find(|weight| !(**weight >= 0.0 && weight.is_finite()))
            {
                return Err(format!("`class_weight` has {weight}, it must not be negative"));
            }
        }
        if self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.batches == Some(0)) {
            return Err("a checkpoint every 0 batches".to_owned());
        }
        Ok(())
    }

    /// Everything that the course of a training depends on, but its first parameters and the samples'
    /// values. Not the number of epochs: a training may be made longer.
    fn identity(&self, learner: &dyn Learner, data: &dyn Dataset, loss: Loss) -> Identity {
        let validation = self.validation_data.map(Dataset::len);
        let settings = [
            ("samples", data.len().to_string()),
            ("batch_size", self.batch_size.to_string()),
            ("validation_split", self.validation_split.to_string()),
            ("validation samples", format!("{validation:?}")),
            ("shuffle", self.shuffle.to_string()),
            ("seed", self.seed.to_string()),
            ("optimizer", format!("{:?}", self.optimizer)),
            ("loss", format!("{loss:?}")),
            ("aux_weight", self.aux_weight.to_string()),
            ("schedule", format!("{:?}", self.schedule)),
            ("clip", format!("{:?}", self.clip)),
            ("class_weight", format!("{:?}", self.class_weight)),
        ];
        let count = ("tensors", learner.tensors().len().to_string());
        let tensor = |(index, (tensor, frozen)): (usize, (&Tensor, &bool))| {
            let Tensor { layer, role, dims } = tensor;
            let trained = if *frozen { ", frozen" } else { "" };
            (format!("tensor {index}"), format!("{layer:?} {role:?} {dims:?}{trained}"))
        };
        let tensors = learner.tensors().iter().zip(learner.frozen()).enumerate().map(tensor);
        let settings = std::iter::once(count).chain(settings);
        settings.map(|(name, value)| (name.to_owned(), value)).chain(tensors).collect()
    }
}
