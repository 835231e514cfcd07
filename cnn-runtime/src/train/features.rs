//! What the frozen first layers give of every sample, computed once for all epochs.
//!
//! In: a network that has such layers, and samples that are the same in every epoch. Out: a data set
//! of these values with the samples' targets, which is trained with as the samples would be. All of it
//! stands in memory: 4 bytes a number.

use super::error::FitError;
use super::fit::Fit;
use super::learner::Learner;
use crate::data::{Arrays, Batches, DataError, Dataset, target_len};
use ndarray::Array2;

/// The values of all samples, with their targets.
///
/// # Errors
/// Where nothing can be kept for all epochs, or a sample cannot be read.
pub(super) fn of(
    fit: &Fit<'_>,
    learner: &mut dyn Learner,
    data: &dyn Dataset,
) -> Result<Arrays<'static>, FitError> {
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
    let samples = data.len();
    let mut values = Vec::new();
    let room = samples.checked_mul(len).map(|room| values.try_reserve_exact(room));
    if !matches!(room, Some(Ok(()))) {
        let megabytes = samples as f64 * len as f64 * 4e-6;
        return Err(settings(format!(
            "`cache_frozen` needs {megabytes:.0} MB, for {samples} samples of {len} numbers \
             each, and the system does not give them: leave it out"
        )));
    }
    let mut targets = Vec::new();
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
        Ok::<_, DataError>(())
    })?;
    let rows = |columns, numbers| {
        Array2::from_shape_vec((samples, columns), numbers)
            .map_err(|error| settings(format!("`cache_frozen` cannot keep its values: {error}")))
    };
    let [h, w] = data.pixels();
    let targets = rows(target_len(data), targets)?;
    Ok(Arrays::for_output(rows(len, values)?, targets, [h, w, data.classes()])?)
}
