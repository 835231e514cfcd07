//! Where the loss leaves the finite numbers.

use cnn_runtime::train::{Fit, FitError, Head, Learner, Schedule, Sgd, Verbose};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;

const DATA: Clusters = Clusters { len: 300, features: 6, classes: 3, spread: 0.5 };

fn fit(learning_rate: f64, schedule: Schedule, epochs: usize) -> Fit<'static> {
    let optimizer = Sgd { learning_rate, ..Sgd::default() }.into();
    Fit { epochs, batch_size: 10, optimizer, schedule, verbose: Verbose::Silent, ..Fit::default() }
}

/// A rate a thousand times too high: squares of errors grow from step to step.
#[test]
fn too_high_a_rate_is_reported() {
    let mut net = HandWritten::new(6, 0, 3, 1).head(Head::Linear);
    let before = net.parameters().to_vec();
    let error = fit(100.0, Schedule::Constant, 3).run(&mut net, &DATA).unwrap_err();
    let FitError::Diverged(diverged) = &error else { panic!("{error}") };
    assert_eq!((diverged.epoch, diverged.kept), (1, 0));
    let batch = diverged.batch.unwrap();
    assert!((2..=30).contains(&batch), "{batch}");
    let rest = match &diverged.layer {
        Some(layer) => {
            assert_eq!(layer, "dense2");
            "and the values of `dense2` are the first that are not finite"
        }
        None => "though the values of all layers are finite",
    };
    assert_eq!(
        error.to_string(),
        format!(
            "training diverged in epoch 1, batch {batch}: the loss is {}, {rest}; the parameters are \
             again those before the training. A learning rate below 100, a warm-up or clipped \
             gradients may help",
            diverged.loss
        )
    );
    assert_eq!(net.parameters(), before);
    // At the default rate nothing of this happens.
    fit(0.01, Schedule::Constant, 3).run(&mut net, &DATA).unwrap();
}

#[test]
fn the_last_good_epoch_is_kept() {
    let schedule = Schedule::Step { epochs: 2, factor: 1e5 };
    let mut net = HandWritten::new(6, 0, 3, 1).head(Head::Linear);
    let error = fit(0.01, schedule.clone(), 5).run(&mut net, &DATA).unwrap_err();
    let FitError::Diverged(diverged) = &error else { panic!("{error}") };
    assert_eq!((diverged.epoch, diverged.kept), (3, 2));
    assert!(error.to_string().contains("the parameters are again those after epoch 2"), "{error}");
    let mut good = HandWritten::new(6, 0, 3, 1).head(Head::Linear);
    fit(0.01, schedule, 2).run(&mut good, &DATA).unwrap();
    assert_eq!(net.parameters(), good.parameters());
}

/// The first layer whose values are bad is named, not the last.
#[test]
fn the_first_layer_is_named() {
    let mut net = HandWritten::new(6, 8, 3, 1);
    net.parameters_mut()[3] = f32::NAN;
    let error = fit(0.01, Schedule::Constant, 1).run(&mut net, &DATA).unwrap_err();
    let FitError::Diverged(diverged) = &error else { panic!("{error}") };
    assert_eq!((diverged.batch, diverged.layer.as_deref()), (Some(1), Some("dense1")));
    assert!(diverged.loss.is_nan());
}

/// The last step of an epoch leaves infinite parameters behind, and no loss has seen it.
#[test]
fn an_epoch_that_ends_badly_is_no_good_epoch() {
    let data = Clusters { len: 10, ..DATA };
    let mut net = HandWritten::new(6, 0, 3, 1).head(Head::Linear);
    let before = net.parameters().to_vec();
    let error = fit(1e39, Schedule::Constant, 2).run(&mut net, &data).unwrap_err();
    let FitError::Diverged(diverged) = &error else { panic!("{error}") };
    assert_eq!((diverged.epoch, diverged.batch), (1, None));
    assert_eq!(diverged.layer.as_deref(), Some("dense2"));
    assert!(error.to_string().starts_with("training diverged at the end of epoch 1: "), "{error}");
    assert_eq!(net.parameters(), before);
}
