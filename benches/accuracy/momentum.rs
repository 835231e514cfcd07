//! The settings of both networks that learn by momentum and a cosine schedule, in batches of 128.
//!
//! In: a network and its data. Out: the accuracy on the test set. Deliberately absent: how the data is
//! read and augmented, which is a network's own.

use cnn_runtime::data::Dataset;
use cnn_runtime::train::{Evaluate, Fit, Learner, Schedule, Sgd, WeightDecay};
use std::error::Error;

/// Trains from a seed, and gives the accuracy on the test set.
pub fn accuracy(
    learner: &mut dyn Learner,
    [train, test]: [&dyn Dataset; 2],
    epochs: usize,
    seed: u64,
) -> Result<f64, Box<dyn Error>> {
    let optimizer = Sgd {
        learning_rate: 0.1,
        momentum: 0.9,
        weight_decay: WeightDecay::l2(5e-4),
        ..Sgd::default()
    };
    let fit = Fit {
        batch_size: 128,
        epochs,
        seed,
        optimizer: optimizer.into(),
        schedule: Schedule::Cosine { epochs, floor: 0.0 },
        ..Fit::default()
    };
    fit.run(learner, train)?;
    Ok(Evaluate::default().run(learner, test)?.accuracy)
}
