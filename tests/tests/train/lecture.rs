//! What the lecture the project began with says of training.

use cnn_runtime::train::{
    Callback, CallbackResult, Fit, History, Learner, Loss, Optimizer, Schedule, Sgd, Verbose,
    WeightDecay,
};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;
use std::ops::ControlFlow;

/// Counts the batches of each epoch.
#[derive(Default)]
struct Iterations(Vec<usize>);

impl Callback for Iterations {
    fn on_batch_end(&mut self, epoch: usize, batch: usize, _: f64) -> CallbackResult {
        self.0.resize(epoch, 0);
        self.0[epoch - 1] = batch;
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, _: &History, _: &dyn Learner) -> CallbackResult {
        Ok(ControlFlow::Continue(()))
    }
}

fn iterations(len: usize, batch_size: usize, validation_split: f64) -> Vec<usize> {
    let data = Clusters { len, features: 2, classes: 2, spread: 0.5 };
    let mut count = Iterations::default();
    let fit = Fit {
        batch_size,
        epochs: 2,
        validation_split,
        callbacks: vec![Box::new(&mut count)],
        verbose: Verbose::Silent,
        ..Fit::default()
    };
    fit.run(&mut HandWritten::new(2, 0, 2, 1), &data).unwrap();
    count.0
}

/// "48,000 samples, batch 100: 480 iterations an epoch", which are 80 % of MNIST's 60,000.
#[test]
fn batches_of_an_epoch() {
    assert_eq!(iterations(48_000, 100, 0.0), [480, 480]);
    assert_eq!(iterations(60_000, 100, 0.2), [480, 480]);
    // The whole set: batch gradient descent. One sample: stochastic.
    assert_eq!(iterations(50, 50, 0.0), [1, 1]);
    assert_eq!(iterations(50, 80, 0.0), [1, 1]);
    assert_eq!(iterations(50, 1, 0.0), [50, 50]);
    // A last short batch is used.
    assert_eq!(iterations(50, 20, 0.0), [3, 3]);
}

/// "Learning rate 0.01, momentum 0, decay 0", and no weight decay.
#[test]
fn defaults_of_sgd() {
    let Sgd { learning_rate, momentum, nesterov, weight_decay } = Sgd::default();
    assert_eq!((learning_rate, momentum, nesterov), (0.01, 0.0, false));
    assert_eq!(weight_decay, WeightDecay::NONE);
    let fit = Fit::default();
    assert_eq!(fit.optimizer, Optimizer::Sgd(Sgd::default()));
    assert_eq!(fit.schedule, Schedule::Constant);
    // Keras' `fit`.
    assert_eq!((fit.batch_size, fit.epochs, fit.shuffle), (32, 1, true));
}

/// "The loss has the term (sum over layers of ||W||^2) * lambda / (2 m)".
#[test]
fn the_term_of_weight_decay() {
    let (lambda, m) = (0.5, 40);
    let data = Clusters { len: m, features: 3, classes: 2, spread: 0.5 };
    let loss = |weight_decay| {
        let mut net = HandWritten::new(3, 4, 2, 8);
        // Biases that would show: they have no share.
        net.parameters_mut()[12..16].fill(3.0);
        let kernels = [&net.parameters()[..12], &net.parameters()[19..27]].concat();
        let squares: f64 = kernels.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
        let fit = Fit {
            batch_size: m,
            optimizer: Sgd { learning_rate: 0.0, weight_decay, ..Sgd::default() }.into(),
            verbose: Verbose::Silent,
            ..Fit::default()
        };
        (fit.run(&mut net, &data).unwrap().epochs[0].loss, squares)
    };
    let (plain, squares) = loss(WeightDecay::NONE);
    let term = squares * lambda / (2.0 * m as f64);
    assert!(term > 0.01);
    let (shown, _) = loss(WeightDecay::l2_of_samples(lambda, m));
    assert!((shown - plain - term).abs() < 1e-12, "{}, not {term}", shown - plain);
    assert_eq!(WeightDecay::l2_of_samples(lambda, m), WeightDecay::l2(lambda / m as f64));
}

/// "Logits -2, -1, 0, 1, 2: exponentials 0.14, 0.37, 1.00, 2.72, 7.39, normalised by their sum", and
/// cross-entropy `-sum(L * ln(S))`.
#[test]
fn softmax_and_cross_entropy() {
    let exponentials = [0.14, 0.37, 1.00, 2.72, 7.39];
    let sum: f64 = exponentials.iter().sum();
    for (class, exponential) in exponentials.into_iter().enumerate() {
        let mut target = [0.0; 5];
        target[class] = 1.0;
        let mut d = [0.0; 5];
        let logits = [-2.0, -1.0, 0.0, 1.0, 2.0];
        let loss = f64::from(Loss::SOFTMAX_CROSS_ENTROPY.sample(&logits, &target, 1.0, &mut d));
        // The table has two digits: 0.005 of 0.14 are 3.6 %.
        assert!((loss + (exponential / sum).ln()).abs() < 0.036, "{loss}");
        for (place, (d, exponential)) in d.into_iter().zip(exponentials).enumerate() {
            let label = f64::from(u8::from(place == class));
            assert!((f64::from(d) - (exponential / sum - label)).abs() < 0.005 / sum + 1e-3);
        }
    }
}
