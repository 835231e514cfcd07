//! What the frozen first layers give of every sample, computed once for all epochs.
//!
//! In: a network that has such layers, and samples that are the same in every epoch. Out: a data set
//! of these values with the samples' targets, which is trained with as the samples would be. All of it
//! stands in memory: 4 bytes a number.

use super::error::FitError;
use super::fit::Fit;
use super::history::History;
use super::learner::Learner;
use crate::data::{Batches, DataError, Dataset, Draw};

/// The values of a data set's samples.
struct Features {
    len: usize,
    values: Vec<f32>,
    classes: usize,
    pixels: [usize; 2],
    targets: Vec<f32>,
}

/// Trains behind the frozen layers.
///
/// # Errors
/// As `fit`, and where nothing can be kept for all epochs.
pub(super) fn fit(
    fit: Fit<'_>,
    learner: &mut dyn Learner,
    data: &dyn Dataset,
) -> Result<History, FitError> {
    let training = Features::of(&fit, learner, data)?;
    let validation = fit.validation_data.map(|data| Features::of(&fit, learner, data));
    let validation = validation.transpose()?;
    let validation_data = validation.as_ref().map(|data| data as &dyn Dataset);
    learner.start_behind(true);
    let fit = Fit { cache_frozen: false, validation_data, ..fit };
    let outcome = fit.run(learner, &training);
    learner.start_behind(false);
    outcome
}

impl Features {
    fn of(fit: &Fit<'_>, learner: &mut dyn Learner, data: &dyn Dataset) -> Result<Self, FitError> {
        let settings = |reason: String| FitError::Settings { reason };
        let len = learner.features().ok_or_else(|| {
            settings(
                "`cache_frozen` keeps what the frozen layers at the model's beginning give, but none \
                 there is frozen by the model's text, or what follows reads more than one value of \
                 them: put them into `frozen { ... }`, or leave `cache_frozen` out"
                    .to_owned(),
            )
        })?;
        if data.augments() {
            return Err(settings(
                "`cache_frozen` needs samples that are the same in every epoch, and this data set \
                 augments them: leave the augmentation out, or `cache_frozen`"
                    .to_owned(),
            ));
        }
        let (samples, classes, pixels) = (data.len(), data.classes(), data.pixels());
        let (mut values, mut targets) = (Vec::new(), Vec::new());
        let room = samples.checked_mul(len).map(|room| values.try_reserve_exact(room));
        if !matches!(room, Some(Ok(()))) {
            let megabytes = samples as f64 * len as f64 * 4e-6;
            return Err(settings(format!(
                "`cache_frozen` needs {megabytes:.0} MB, for {samples} samples of {len} numbers \
                 each, and the system does not give them: leave it out"
            )));
        }
        let order: Vec<usize> = (0..samples).collect();
        std::thread::scope(|scope| {
            let mut batches = Batches::start(scope, data, fit.batch_size, fit.workers)?;
            let mut reading = batches.epoch(&order, None);
            while let Some(batch) = reading.next_batch()? {
                let first = values.len();
                values.resize(first + batch.len() * len, 0.0);
                learner.extract(batch.images(), &mut values[first..]);
                targets.extend_from_slice(batch.targets());
            }
            Ok(Self { len, values, classes, pixels, targets })
        })
    }
}

impl Dataset for Features {
    fn len(&self) -> usize {
        self.values.len() / self.len
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, self.len]
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn pixels(&self) -> [usize; 2] {
        self.pixels
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        image.copy_from_slice(&self.values[index * self.len..][..self.len]);
        target.copy_from_slice(&self.targets[index * target.len()..][..target.len()]);
        Ok(())
    }
}
