//! A training with all that a checkpoint must hold: for tests that interrupt it.

use crate::clusters::Clusters;
use crate::hand_written::HandWritten;
use cnn_runtime::train::{
    Adam, Callback, CallbackResult, Checkpoint, Clip, EarlyStopping, Fit, FitError, History,
    Learner, Schedule, Verbose, WeightDecay,
};
use std::ops::ControlFlow;
use std::time::Duration;

/// Epochs of [`train`], of seven batches each.
pub const EPOCHS: usize = 12;

/// Waits after each batch.
struct Pause(Duration);

impl Callback for Pause {
    fn on_batch_end(&mut self, _: usize, _: usize, _: f64) -> CallbackResult {
        std::thread::sleep(self.0);
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, _: &History, _: &dyn Learner) -> CallbackResult {
        Ok(ControlFlow::Continue(()))
    }
}

cnn_runtime::cnn! {
    /// Of the samples' six numbers; batch norm has statistics that a checkpoint must hold.
    model Emitted {
        input 1x1x6;
        conv 1x1, 16, bn, relu;
        conv 1x1, 20, bn, relu6;
        flatten;
        dense 3, softmax;
        train;
    }
}

/// The same of an emitted network, on so many threads.
///
/// # Errors
/// When the checkpoint is refused.
pub fn train_emitted(
    checkpoint: Option<Checkpoint>,
    pause: Duration,
    epochs: usize,
    threads: usize,
) -> Result<(Vec<f32>, History), FitError> {
    let mut net = Emitted::init(5);
    net.threads(threads);
    net.learn(|learner| train_on(learner, checkpoint, pause, epochs))
}

/// Trains a hand-written network with dropout, augmentation, Adam, a schedule by batches, clipped gradients, and the best
/// epoch's parameters at the end. Gives the parameters and the history.
///
/// # Errors
/// When the checkpoint is refused.
pub fn train(
    checkpoint: Option<Checkpoint>,
    pause: Duration,
    epochs: usize,
) -> Result<(Vec<f32>, History), FitError> {
    let mut net = HandWritten::new(6, 16, 3, 5);
    net.dropout = true;
    train_on(&mut net, checkpoint, pause, epochs)
}

fn train_on(
    net: &mut dyn Learner,
    checkpoint: Option<Checkpoint>,
    pause: Duration,
    epochs: usize,
) -> Result<(Vec<f32>, History), FitError> {
    let data = Clusters { len: 85, features: 6, classes: 3, spread: 1.0 };
    let weight_decay = WeightDecay::l2(1e-3);
    let fit = Fit {
        batch_size: 10,
        epochs,
        validation_split: 0.2,
        seed: 9,
        optimizer: Adam { learning_rate: 0.02, weight_decay, ..Adam::default() }.into(),
        schedule: Schedule::Cosine { epochs: EPOCHS, floor: 0.1 }.after_warm_up(5),
        clip: Clip::Norm(1.0),
        callbacks: vec![
            Box::new(EarlyStopping::patience(EPOCHS).restore_best()),
            Box::new(Pause(pause)),
        ],
        checkpoint,
        verbose: Verbose::Silent,
        ..Fit::default()
    };
    let history = fit.run(net, &data)?;
    Ok((net.parameters().to_vec(), history))
}
