//! What can be done between batches and epochs: early stopping, saving the best, anything of one's own.

use super::history::{Epoch, History};
use super::learner::Learner;
use cnn_weights::save;
use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// What a callback gives: to go on, to end the training as if all epochs were done, or why not.
pub type CallbackResult = Result<ControlFlow<()>, Box<dyn Error + Send + Sync>>;

/// Something that is called while a network is trained. A `&mut` to one is one too, so that it can
/// be looked at afterwards.
///
/// A learner that it is given is the whole network with its parameters as they are by then: it takes
/// images, with [`cache_frozen`](super::Fit::cache_frozen) too, and its tensors are all tensors of the
/// model, the frozen ones among them.
pub trait Callback {
    /// After each batch; nothing where nothing is said. `epoch` and `batch` count from 1, `loss` is
    /// the mean over the epoch's samples so far.
    ///
    /// # Errors
    /// Whatever should end the training with an error.
    fn on_batch_end(&mut self, epoch: usize, batch: usize, loss: f64) -> CallbackResult {
        let _ = (epoch, batch, loss);
        Ok(ControlFlow::Continue(()))
    }

    /// After each epoch, which is the last of `history`.
    ///
    /// # Errors
    /// Whatever should end the training with an error.
    fn on_epoch_end(&mut self, history: &History, learner: &dyn Learner) -> CallbackResult;

    /// After the last epoch, or after the one at which a callback ended the training; not after an
    /// error.
    fn on_train_end(&mut self, learner: &mut dyn Learner) {
        let _ = learner;
    }

    /// What it must know to go on after an interruption: a part of a checkpoint.
    fn state(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Goes on from what [`state`](Self::state) gave; `false` where it cannot be that.
    fn restore(&mut self, state: &[u8]) -> bool {
        state.is_empty()
    }
}

impl<C: Callback + ?Sized> Callback for &mut C {
    fn on_batch_end(&mut self, epoch: usize, batch: usize, loss: f64) -> CallbackResult {
        (**self).on_batch_end(epoch, batch, loss)
    }

    fn on_epoch_end(&mut self, history: &History, learner: &dyn Learner) -> CallbackResult {
        (**self).on_epoch_end(history, learner)
    }

    fn on_train_end(&mut self, learner: &mut dyn Learner) {
        (**self).on_train_end(learner);
    }

    fn state(&self) -> Vec<u8> {
        (**self).state()
    }

    fn restore(&mut self, state: &[u8]) -> bool {
        (**self).restore(state)
    }
}

/// A number of an epoch that should become better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Monitor {
    /// The smaller the better.
    Loss,
    /// The larger the better.
    Accuracy,
    /// The smaller the better; needs validation.
    ValLoss,
    /// The larger the better; needs validation.
    ValAccuracy,
}

impl Monitor {
    /// The number, with its sign changed where larger is better.
    fn of(self, epoch: &Epoch) -> Result<f64, String> {
        let value = match self {
            Self::Loss => Some(epoch.loss),
            Self::Accuracy => Some(-epoch.accuracy),
            Self::ValLoss => epoch.val_loss,
            Self::ValAccuracy => epoch.val_accuracy.map(|accuracy| -accuracy),
        };
        value.ok_or_else(|| format!("{self:?} is watched, but nothing is validated"))
    }
}

/// The best epoch so far.
#[derive(Debug, Clone, PartialEq)]
struct Best {
    monitor: Monitor,
    min_delta: f64,
    value: f64,
    /// From 1 on; 0 before the first.
    epoch: usize,
}

/// Bytes of a [`Best`]'s state.
const BEST_BYTES: usize = 16;

impl Best {
    fn new(monitor: Monitor) -> Self {
        Self { monitor, min_delta: 0.0, value: f64::INFINITY, epoch: 0 }
    }

    /// Whether this epoch is the best.
    fn improves(&mut self, epoch: &Epoch) -> Result<bool, String> {
        let value = self.monitor.of(epoch)?;
        let better = value < self.value - self.min_delta;
        if better {
            (self.value, self.epoch) = (value, epoch.epoch);
        }
        Ok(better)
    }

    fn state(&self) -> Vec<u8> {
        [self.value.to_le_bytes(), (self.epoch as u64).to_le_bytes()].concat()
    }

    fn restore(&mut self, state: &[u8; BEST_BYTES]) {
        let (value, epoch) = state.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
        (self.value, self.epoch) = (f64::from_bits(number(value)), number(epoch) as usize);
    }
}

/// Ends the training when an epoch's number has not become better for some epochs.
#[derive(Debug, Clone)]
pub struct EarlyStopping {
    best: Best,
    patience: usize,
    restore_best: bool,
    parameters: Vec<f32>,
}

impl EarlyStopping {
    /// Ends after `patience` epochs in a row without a smaller [`Monitor::ValLoss`].
    pub fn patience(patience: usize) -> Self {
        let best = Best::new(Monitor::ValLoss);
        Self { best, patience, restore_best: false, parameters: Vec::new() }
    }

    /// Watches another number.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.best.monitor = monitor;
        self
    }

    /// Changes up to this much do not count as better; 0 where nothing is said.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.best.min_delta = delta;
        self
    }

    /// At the end of the training, early or not, the parameters are those of the best epoch. Keras has
    /// none of this where it ends by itself.
    #[must_use]
    pub fn restore_best(mut self) -> Self {
        self.restore_best = true;
        self
    }

    /// The best epoch so far, from 1 on; 0 before the first.
    pub fn best_epoch(&self) -> usize {
        self.best.epoch
    }
}

impl Callback for EarlyStopping {
    fn on_epoch_end(&mut self, history: &History, learner: &dyn Learner) -> CallbackResult {
        let Some(epoch) = history.last() else { return Ok(ControlFlow::Continue(())) };
        if self.best.improves(epoch)? && self.restore_best {
            self.parameters.clear();
            self.parameters.extend_from_slice(learner.parameters());
        }
        let waited = epoch.epoch - self.best.epoch;
        let stop = self.best.epoch > 0 && waited > 0 && waited >= self.patience;
        Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn on_train_end(&mut self, learner: &mut dyn Learner) {
        if self.parameters.len() == learner.parameters().len() {
            learner.parameters_mut().copy_from_slice(&self.parameters);
        }
    }

    fn state(&self) -> Vec<u8> {
        let mut state = self.best.state();
        state.extend(self.parameters.iter().flat_map(|x| x.to_le_bytes()));
        state
    }

    fn restore(&mut self, state: &[u8]) -> bool {
        let Some((best, parameters)) = state.split_first_chunk() else { return false };
        let (numbers, rest) = parameters.as_chunks();
        self.best.restore(best);
        // There are some as soon as one epoch was the best.
        if !rest.is_empty() || numbers.is_empty() == (self.restore_best && self.best.epoch > 0) {
            return false;
        }
        self.parameters = numbers.iter().map(|&x| f32::from_le_bytes(x)).collect();
        true
    }
}

/// Saves the parameters as a weight file whenever an epoch is the best so far. The file appears whole
/// or not at all, and [`Load`](cnn_weights::Load) reads it.
#[derive(Debug, Clone)]
pub struct SaveBest {
    best: Best,
    path: PathBuf,
}

impl SaveBest {
    /// Saves where [`Monitor::ValLoss`] is smallest.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self { best: Best::new(Monitor::ValLoss), path: path.into() }
    }

    /// Watches another number.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.best.monitor = monitor;
        self
    }
}

impl Callback for SaveBest {
    fn on_epoch_end(&mut self, history: &History, learner: &dyn Learner) -> CallbackResult {
        if let Some(epoch) = history.last()
            && self.best.improves(epoch)?
        {
            let (tensors, mut rest) = (learner.tensors(), learner.parameters());
            let take = |len| rest.split_off(..len).unwrap_or_default().to_vec();
            let values: Vec<Vec<f32>> = tensors.iter().map(|x| x.len()).map(take).collect();
            save(&self.path, tensors, &values)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn state(&self) -> Vec<u8> {
        self.best.state()
    }

    fn restore(&mut self, state: &[u8]) -> bool {
        state.try_into().map(|state| self.best.restore(state)).is_ok()
    }
}
