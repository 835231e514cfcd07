//! The loop: epochs of batches, validation, callbacks, checkpoints, and what stops it.
//!
//! In: settings that were checked, a network, batches as they are read. Out: the history; the network
//! is trained, or as it was after the last good epoch where the loss left the finite numbers. After
//! the first step nothing is allocated until the epoch's end.

use super::callbacks::Callback;
use super::checkpoint::{self, CheckpointError, Identity, State};
use super::error::{Diverged, FitError};
use super::evaluate::Forward;
use super::fit::{Clip, Fit};
use super::history::{Epoch, History};
use super::learner::{Learner, Output};
use super::loss::{Loss, OfPixels};
use super::metrics::Sums;
use super::optimizer::{Descent, Span, spans, sum_of_squares};
use super::order::shuffle;
use super::progress::Progress;
use super::shapes;
use crate::data::{Batch, Batches, Draw};
use std::ops::ControlFlow;
use std::time::Instant;

type Callbacks<'c> = Vec<Box<dyn Callback + 'c>>;

/// A training under way.
pub(super) struct Run<'r> {
    fit: &'r Fit<'r>,
    learner: &'r mut dyn Learner,
    identity: Identity,
    loss: Loss,
    /// Training samples are `0..training`, those of a validation split `training..samples`.
    training: usize,
    samples: usize,
    descent: Descent,
    trained: Vec<Span>,
    gradient: Vec<f32>,
    losses: Vec<f32>,
    logits: Vec<f32>,
    /// The parameters after the last good epoch.
    good: Vec<f32>,
    forward: Forward,
    progress: Progress,
    history: History,
    /// Whole epochs done, and batches of the next.
    epoch: usize,
    batch: usize,
    /// Of the batches done in this epoch.
    sums: Sums,
    seconds: f64,
    learning_rate: f64,
    stopped: bool,
}

impl<'r> Run<'r> {
    pub fn new(
        fit: &'r Fit<'r>,
        learner: &'r mut dyn Learner,
        loss: Loss,
        training: usize,
        samples: usize,
        identity: Identity,
    ) -> Self {
        let descent = Descent::new(fit.optimizer, learner.tensors(), learner.frozen());
        let batch_size = fit.batch_size.min(samples);
        let validation = fit.validation_data.map_or(0, |data| data.len());
        Self {
            identity,
            loss,
            training,
            samples,
            descent,
            trained: spans(learner.tensors(), learner.frozen(), true),
            gradient: vec![0.0; learner.parameters().len()],
            losses: vec![0.0; batch_size],
            logits: vec![0.0; batch_size * learner.outputs()],
            good: learner.parameters().to_vec(),
            forward: Forward::new(learner, loss, fit.batch_size.min(samples.max(validation))),
            progress: Progress::new(fit.verbose, fit.epochs),
            history: History { epochs: Vec::with_capacity(fit.epochs.min(1 << 16)) },
            epoch: 0,
            batch: 0,
            sums: Sums::default(),
            seconds: 0.0,
            learning_rate: fit.optimizer.learning_rate(),
            stopped: false,
            fit,
            learner,
        }
    }

    /// Batches of an epoch: the last may be a short one.
    fn per_epoch(&self) -> usize {
        self.training.div_ceil(self.fit.batch_size)
    }

    /// Goes on from the checkpoint, if there is one.
    pub fn resume(&mut self, callbacks: &mut Callbacks<'_>) -> Result<(), FitError> {
        let Some(checkpoint) = self.fit.checkpoint.as_ref().filter(|it| it.resume) else {
            return Ok(());
        };
        let Some(state) = checkpoint::read(&checkpoint.path, &self.identity)? else {
            return Ok(());
        };
        let damaged =
            |reason: String| CheckpointError::Damaged { path: checkpoint.path.clone(), reason };
        let lengths = |state: &State| {
            [&state.parameters, &state.good, &state.moments[0], &state.moments[1]].map(Vec::len)
        };
        let [first, second] = self.descent.moments().map(<[f32]>::len);
        let needed = [self.good.len(), self.good.len(), first, second];
        if lengths(&state) != needed || state.batch >= self.per_epoch() {
            return Err(damaged("it has other lengths than its model".to_owned()).into());
        }
        if state.callbacks.len() != callbacks.len() {
            let (saved, wanted) = (state.callbacks.len().to_string(), callbacks.len().to_string());
            let (path, what) = (checkpoint.path.clone(), "the number of callbacks".to_owned());
            return Err(CheckpointError::Other { path, what, saved, wanted }.into());
        }
        for (index, (callback, state)) in callbacks.iter_mut().zip(&state.callbacks).enumerate() {
            if !callback.restore(state) {
                return Err(damaged(format!("callback {index} cannot go on from it")).into());
            }
        }
        self.learner.parameters_mut().copy_from_slice(&state.parameters);
        self.descent.restore(state.moments, state.steps);
        self.good = state.good;
        self.history.epochs = state.epochs;
        (self.epoch, self.batch, self.stopped) = (state.epoch, state.batch, state.stopped);
        (self.sums, self.seconds) = (state.sums, state.seconds);
        Ok(())
    }

    /// All epochs that are not done. `others` are the samples of `validation_data`.
    pub fn epochs<'scope>(
        mut self,
        mut batches: Batches<'scope>,
        mut others: Option<Batches<'scope>>,
        callbacks: &mut Callbacks<'_>,
    ) -> Result<History, FitError> {
        let mut order: Vec<usize> = (0..self.training).collect();
        let other = self.fit.validation_data.map_or(0, |data| data.len());
        let validation: Vec<usize> = match others {
            Some(_) => (0..other).collect(),
            None => (self.training..self.samples).collect(),
        };
        while self.epoch < self.fit.epochs && !self.stopped {
            if self.fit.shuffle {
                shuffle(&mut order, self.fit.seed, self.epoch as u64);
            }
            self.learner.begin_behind_frozen(self.fit.cache_frozen);
            let outcome = self
                .train(&mut batches, &order, callbacks)
                .and_then(|()| self.validate(others.as_mut().unwrap_or(&mut batches), &validation));
            // Callbacks see the network as it is, whatever its batches are.
            self.learner.begin_behind_frozen(false);
            if let Err(error) = outcome {
                if matches!(error, FitError::Diverged(_)) {
                    self.learner.parameters_mut().copy_from_slice(&self.good);
                }
                return Err(error);
            }
            self.end_epoch(callbacks)?;
        }
        for callback in callbacks {
            callback.on_train_end(self.learner);
        }
        Ok(self.history)
    }

    /// The rest of an epoch's batches.
    fn train(
        &mut self,
        batches: &mut Batches<'_>,
        order: &[usize],
        callbacks: &mut Callbacks<'_>,
    ) -> Result<(), FitError> {
        self.progress.begin(self.epoch + 1, self.training, self.sums.samples);
        let draw = Draw { seed: self.fit.seed, epoch: self.epoch as u64 };
        let done = self.batch * self.fit.batch_size;
        let mut start = Instant::now();
        let mut reading = batches.epoch(&order[done..], Some(draw));
        while let Some(batch) = reading.next_batch()? {
            self.step(batch)?;
            self.batch += 1;
            self.seconds += start.elapsed().as_secs_f64();
            start = Instant::now();
            self.progress.batch(self.sums.samples, self.sums.mean_loss(), self.sums.accuracy());
            for callback in &mut *callbacks {
                let loss = self.sums.mean_loss();
                let flow = callback.on_batch_end(self.epoch + 1, self.batch, loss);
                if flow.map_err(FitError::Callback)?.is_break() {
                    self.stopped = true;
                }
            }
            if self.stopped {
                return Ok(());
            }
            let every = self.fit.checkpoint.as_ref().and_then(|checkpoint| checkpoint.batches);
            if every.is_some_and(|every| self.descent.steps().is_multiple_of(every as u64))
                && self.batch < self.per_epoch()
            {
                self.save(callbacks)?;
            }
        }
        Ok(())
    }

    /// A batch: its gradient, and the optimizer's step.
    fn step(&mut self, batch: &Batch) -> Result<(), FitError> {
        let (outputs, count) = (self.learner.outputs(), batch.len());
        let targets = batch.targets();
        let share = 1.0 / count as f32;
        let weights = self.fit.class_weight.as_deref();
        let loss = OfPixels { loss: self.loss, classes: shapes::classes(self.learner), weights };
        let aux_weight = self.fit.aux_weight;
        let sample = |index: usize, output: Output, logits: &[f32], d_logits: &mut [f32]| {
            let target = &targets[index * outputs..][..outputs];
            match output {
                Output::Main => loss.sample(logits, target, share, d_logits),
                Output::Aux => {
                    aux_weight * loss.sample(logits, target, aux_weight * share, d_logits)
                }
            }
        };
        let steps = self.descent.steps();
        let per_epoch = self.per_epoch() as u64;
        let rate = self.fit.optimizer.learning_rate();
        self.learning_rate = self.fit.schedule.rate(rate, steps, per_epoch);
        let (losses, logits) = (&mut self.losses[..count], &mut self.logits[..count * outputs]);
        self.learner.begin_step(self.fit.seed, steps);
        self.learner.backward(batch.images(), &sample, losses, logits, &mut self.gradient);
        self.sums.penalty += self.descent.penalty(self.learner.parameters()) * count as f64;
        self.sums.add(&loss, losses, logits, targets);
        if !self.sums.loss.is_finite() {
            let mean = losses.iter().map(|&x| f64::from(x)).sum::<f64>() / count as f64;
            let layer = self.learner.first_not_finite();
            return Err(self.diverged(Some(self.batch + 1), mean, layer));
        }
        clip(self.fit.clip, &self.trained, &mut self.gradient);
        self.descent.step(self.learning_rate, self.learner.parameters_mut(), &self.gradient);
        Ok(())
    }

    /// The epoch's record, with validation if there are samples for it.
    fn validate(&mut self, batches: &mut Batches<'_>, order: &[usize]) -> Result<(), FitError> {
        if let Some(layer) = self.first_bad_tensor() {
            return Err(self.diverged(None, self.sums.mean_loss(), Some(layer)));
        }
        let mut epoch = Epoch {
            epoch: self.epoch + 1,
            loss: self.sums.mean_loss(),
            accuracy: self.sums.accuracy(),
            val_loss: None,
            val_accuracy: None,
            learning_rate: self.learning_rate,
            samples_per_second: self.sums.samples as f64 / self.seconds,
        };
        if !order.is_empty() {
            let mut reading = batches.epoch(order, None);
            let sums = self.forward.run(self.learner, &mut reading, &mut |_, _| ())?;
            let loss = sums.mean_loss() + self.descent.penalty(self.learner.parameters());
            if !loss.is_finite() {
                return Err(self.diverged(None, loss, None));
            }
            (epoch.val_loss, epoch.val_accuracy) = (Some(loss), Some(sums.accuracy()));
        }
        self.progress.end(&epoch);
        self.history.epochs.push(epoch);
        Ok(())
    }

    /// After a good epoch: callbacks, then the checkpoint.
    fn end_epoch(&mut self, callbacks: &mut Callbacks<'_>) -> Result<(), FitError> {
        self.good.copy_from_slice(self.learner.parameters());
        (self.epoch, self.batch) = (self.epoch + 1, 0);
        (self.sums, self.seconds) = (Sums::default(), 0.0);
        for callback in &mut *callbacks {
            let flow = callback.on_epoch_end(&self.history, self.learner);
            match flow.map_err(FitError::Callback)? {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(()) => self.stopped = true,
            }
        }
        self.save(callbacks)
    }

    /// Writes the checkpoint, if one is wanted.
    fn save(&self, callbacks: &Callbacks<'_>) -> Result<(), FitError> {
        let Some(checkpoint) = &self.fit.checkpoint else { return Ok(()) };
        let state = State {
            epoch: self.epoch,
            batch: self.batch,
            steps: self.descent.steps(),
            stopped: self.stopped,
            parameters: self.learner.parameters().to_vec(),
            moments: self.descent.moments().map(<[f32]>::to_vec),
            good: self.good.clone(),
            sums: self.sums,
            seconds: self.seconds,
            epochs: self.history.epochs.clone(),
            callbacks: callbacks.iter().map(|callback| callback.state()).collect(),
        };
        Ok(checkpoint::write(&checkpoint.path, &self.identity, &state)?)
    }

    fn diverged(&self, batch: Option<usize>, loss: f64, layer: Option<String>) -> FitError {
        let (epoch, learning_rate) = (self.epoch + 1, self.learning_rate);
        Diverged { epoch, batch, loss, layer, learning_rate, kept: self.epoch }.into()
    }

    /// The layer of the first parameter or running statistic that is not finite: the last step of an
    /// epoch can make one without a loss that tells.
    fn first_bad_tensor(&self) -> Option<String> {
        let mut rest = self.learner.parameters();
        let bad = self.learner.tensors().iter().find(|tensor| {
            let values = rest.split_off(..tensor.len()).unwrap_or_default();
            values.iter().any(|x| !x.is_finite())
        });
        bad.map(|tensor| tensor.layer.to_string())
    }
}

/// Makes the gradient of the trained parameters as small as it must be.
fn clip(clip: Clip, trained: &[Span], gradient: &mut [f32]) {
    match clip {
        Clip::None => {}
        Clip::Norm(most) => {
            let squares = trained.iter().map(|span| sum_of_squares(&gradient[span.range.clone()]));
            let norm = squares.sum::<f64>().sqrt();
            if norm > most {
                let factor = (most / norm) as f32;
                gradient.iter_mut().for_each(|g| *g *= factor);
            }
        }
        Clip::Value(most) => {
            let most = most as f32;
            for span in trained {
                gradient[span.range.clone()].iter_mut().for_each(|g| *g = g.clamp(-most, most));
            }
        }
    }
}
