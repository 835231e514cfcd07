//! The course of a training: which samples, what it learns, callbacks, the history.

use cnn_runtime::data::{DataError, Dataset, Draw};
use cnn_runtime::train::{
    Adam, Callback, CallbackResult, Checkpoint, Clip, EarlyStopping, Epoch, Fit, FitError, Head,
    History, Learner, Loss, Monitor, SaveBest, Schedule, Sgd, Verbose,
};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;
use cnn_weights::{Load, read};
use std::sync::Mutex;

const DATA: Clusters = Clusters { len: 300, features: 6, classes: 3, spread: 0.5 };

fn quiet() -> Fit<'static> {
    Fit { verbose: Verbose::Silent, ..Fit::default() }
}

#[test]
fn a_network_learns() {
    let mut net = HandWritten::new(6, 12, 3, 1);
    let optimizer = Adam { learning_rate: 0.01, ..Adam::default() }.into();
    let fit = Fit { epochs: 10, validation_split: 0.2, optimizer, ..quiet() };
    let history = fit.run(&mut net, &DATA).unwrap();
    assert_eq!(history.epochs.len(), 10);
    let (first, last) = (&history.epochs[0], history.last().unwrap());
    assert!(last.loss < 0.3 * first.loss, "{} to {}", first.loss, last.loss);
    assert!(last.accuracy > 0.95 && last.val_accuracy.unwrap() > 0.95, "{last}");
    assert!(last.samples_per_second > 0.0);
}

/// Notes which samples are read, and how.
struct Noted(Mutex<Vec<(usize, Option<Draw>)>>);

impl Dataset for Noted {
    fn len(&self) -> usize {
        50
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, 6]
    }

    fn classes(&self) -> usize {
        3
    }

    fn read(
        &self,
        index: usize,
        draw: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        self.0.lock().unwrap().push((index, draw));
        DATA.read(index, draw, image, target)
    }
}

/// The last 20 % validate, in order and as they are; the others are read once an epoch, in another
/// order each time, which the seed alone fixes.
#[test]
fn validation_is_taken_before_shuffling() {
    let read = |seed, shuffle| {
        let noted = Noted(Mutex::new(Vec::new()));
        let mut net = HandWritten::new(6, 0, 3, 1);
        let fit =
            Fit { epochs: 2, batch_size: 16, validation_split: 0.2, seed, shuffle, ..quiet() };
        fit.run(&mut net, &noted).unwrap();
        noted.0.into_inner().unwrap()
    };
    let samples = read(3, true);
    assert_eq!(samples.len(), 100);
    let mut orders = Vec::new();
    for (epoch, samples) in samples.chunks(50).enumerate() {
        let (training, validation) = samples.split_at(40);
        assert!(validation.iter().map(|&(index, _)| index).eq(40..50));
        assert!(validation.iter().all(|(_, draw)| draw.is_none()));
        let draw = Draw { seed: 3, epoch: epoch as u64 };
        assert!(training.iter().all(|(_, drawn)| *drawn == Some(draw)));
        let order: Vec<usize> = training.iter().map(|&(index, _)| index).collect();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..40));
        orders.push(order);
    }
    assert_ne!(orders[0], orders[1]);
    assert_eq!(read(3, true), samples);
    assert_ne!(read(4, true)[0].0, samples[0].0);
    assert!(read(3, false)[..40].iter().map(|&(index, _)| index).eq(0..40));
}

#[test]
fn the_result_does_not_depend_on_workers() {
    let trained = |workers| {
        let mut net = HandWritten::new(6, 12, 3, 1);
        net.dropout = true;
        let history = Fit { epochs: 3, workers, ..quiet() }.run(&mut net, &DATA).unwrap();
        (net.parameters().to_vec(), history.epochs.iter().map(|e| e.loss).collect::<Vec<_>>())
    };
    assert_eq!(trained(1), trained(3));
}

/// With equal weights of 2 a step is one of twice the rate, with 0 for all classes none at all, and
/// the loss is weighted too.
#[test]
fn class_weights_are_factors_of_losses() {
    let trained = |class_weight: Option<[f32; 3]>, learning_rate| {
        let mut net = HandWritten::new(6, 0, 3, 1);
        let class_weight = class_weight.map(Vec::from);
        let optimizer = Sgd { learning_rate, ..Sgd::default() }.into();
        let fit = Fit { batch_size: 300, class_weight, optimizer, ..quiet() };
        let loss = fit.run(&mut net, &DATA).unwrap().epochs[0].loss;
        (net.parameters()[6..].to_vec(), loss)
    };
    let (plain, loss) = trained(None, 0.2);
    let (twice, double) = trained(Some([2.0; 3]), 0.1);
    assert_eq!(double, 2.0 * loss);
    // Scaling by two is exact, but not what is made of 0.1 and 0.2.
    assert!(plain.iter().zip(&twice).all(|(a, b)| (a - b).abs() < 1e-6));
    let untrained = HandWritten::new(6, 0, 3, 1).parameters()[6..].to_vec();
    assert_eq!(trained(Some([0.0; 3]), 0.1), (untrained.clone(), 0.0));
    // One class alone: a part of the loss.
    let shares = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let sum: f64 = shares.map(|weights| trained(Some(weights), 0.1).1).iter().sum();
    assert!((sum - loss).abs() < 1e-9 && plain != untrained);
}

#[test]
fn schedules_reach_the_optimizer() {
    let mut net = HandWritten::new(6, 0, 3, 1);
    let schedule = Schedule::TimeDecay { decay: 1.0 };
    let history = Fit { epochs: 2, batch_size: 100, schedule, ..quiet() }.run(&mut net, &DATA);
    let rates: Vec<f64> = history.unwrap().epochs.iter().map(|e| e.learning_rate).collect();
    // Three batches an epoch: the last ones are numbers 2 and 5.
    assert_eq!(rates, [0.01 / 3.0, 0.01 / 6.0]);
}

/// A rate that is too high after the second epoch: the third is worse, and two more are waited for.
#[test]
fn early_stopping_waits_and_restores_the_best() {
    let optimizer = Sgd { learning_rate: 0.1, ..Sgd::default() };
    let schedule = Schedule::Step { epochs: 2, factor: 3000.0 };
    let fit = |epochs| Fit {
        epochs,
        validation_split: 0.2,
        optimizer: optimizer.into(),
        schedule: schedule.clone(),
        ..quiet()
    };
    // Classes that overlap: no rate gets them right.
    let data = Clusters { spread: 2.0, ..DATA };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("best.safetensors");
    let mut net = HandWritten::new(6, 0, 3, 1);
    let mut stop = EarlyStopping::patience(2).restore_best();
    let save = SaveBest::to(&path).monitor(Monitor::ValLoss);
    let history = Fit { callbacks: vec![Box::new(&mut stop), Box::new(save)], ..fit(20) }
        .run(&mut net, &data)
        .unwrap();
    assert_eq!((history.epochs.len(), stop.best_epoch()), (4, 2));
    let mut two = HandWritten::new(6, 0, 3, 1);
    fit(2).run(&mut two, &data).unwrap();
    assert_eq!(net.parameters(), two.parameters());
    let saved = read(&Load::file(&path), net.tensors(), &[]).unwrap();
    assert_eq!(saved.concat(), two.parameters());
}

#[test]
fn what_is_watched_must_be_there() {
    let mut net = HandWritten::new(6, 0, 3, 1);
    let callbacks: Vec<Box<dyn Callback>> = vec![Box::new(EarlyStopping::patience(2))];
    let error = Fit { callbacks, ..quiet() }.run(&mut net, &DATA).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a callback ended the training: ValLoss is watched, but nothing is validated"
    );
}

struct Failing;

impl Callback for Failing {
    fn on_epoch_end(&mut self, _: &History, _: &dyn Learner) -> CallbackResult {
        Err("no more".into())
    }
}

#[test]
fn errors_of_callbacks_and_data_end_the_training() {
    let mut net = HandWritten::new(6, 0, 3, 1);
    let fit = Fit { callbacks: vec![Box::new(Failing)], ..quiet() };
    let error = fit.run(&mut net, &DATA).unwrap_err();
    assert_eq!(error.to_string(), "a callback ended the training: no more");
    let lying = Clusters { len: 300, ..DATA };
    struct Short(Clusters);
    impl Dataset for Short {
        fn len(&self) -> usize {
            self.0.len + 1
        }
        fn sizes(&self) -> [usize; 3] {
            self.0.sizes()
        }
        fn classes(&self) -> usize {
            self.0.classes()
        }
        fn read(
            &self,
            index: usize,
            draw: Option<Draw>,
            image: &mut [f32],
            target: &mut [f32],
        ) -> Result<(), DataError> {
            self.0.read(index, draw, image, target)
        }
    }
    let error = quiet().run(&mut net, &Short(lying)).unwrap_err();
    assert!(matches!(error, FitError::Data(DataError::Index { index: 300, len: 300 })), "{error}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let said = |fit: Fit<'_>, net: &mut HandWritten, data: &Clusters| {
        let before = net.parameters().to_vec();
        let error = fit.run(net, data).unwrap_err();
        assert_eq!(before, net.parameters(), "nothing has changed");
        error.to_string()
    };
    let settings = |fit: Fit<'_>| said(fit, &mut HandWritten::new(6, 0, 3, 1), &DATA);
    let sgd = |momentum, nesterov| Sgd { momentum, nesterov, ..Sgd::default() }.into();
    let texts = [
        settings(Fit { batch_size: 0, ..quiet() }),
        settings(Fit { validation_split: 1.0, ..quiet() }),
        settings(Fit { validation_split: 0.2, validation_data: Some(&DATA), ..quiet() }),
        settings(Fit { validation_split: 0.999, ..quiet() }),
        settings(Fit { optimizer: sgd(1.0, false), ..quiet() }),
        settings(Fit { optimizer: sgd(0.0, true), ..quiet() }),
        settings(Fit {
            optimizer: Sgd { learning_rate: f64::NAN, ..Sgd::default() }.into(),
            ..quiet()
        }),
        settings(Fit { schedule: Schedule::Step { epochs: 0, factor: 0.1 }, ..quiet() }),
        settings(Fit { clip: Clip::Norm(0.0), ..quiet() }),
        settings(Fit { class_weight: Some(vec![1.0; 2]), ..quiet() }),
        settings(Fit { class_weight: Some(vec![1.0, -1.0, 1.0]), ..quiet() }),
        settings(Fit { loss: Some(Loss::MeanSquaredError), ..quiet() }),
        settings(Fit { loss: Some(Loss::SoftmaxCrossEntropy { label_smoothing: 1.0 }), ..quiet() }),
        settings(Fit { checkpoint: Some(Checkpoint::at("x").every(0)), ..quiet() }),
        said(quiet(), &mut HandWritten::new(5, 0, 3, 1), &DATA),
        said(quiet(), &mut HandWritten::new(6, 0, 4, 1), &DATA),
        said(quiet(), &mut HandWritten::new(6, 0, 3, 1), &Clusters { len: 0, ..DATA }),
    ];
    let expected = [
        "cannot train so: `batch_size` is 0",
        "cannot train so: `validation_split` is 1, it is a share from 0 to below 1",
        "cannot train so: both `validation_split` and `validation_data` are given",
        "cannot train so: no sample is left to train with",
        "cannot train so: `momentum` is 1, it is from 0 to below 1",
        "cannot train so: `nesterov` needs a `momentum`",
        "cannot train so: `learning_rate` is NaN, it must not be negative",
        "cannot train so: the schedule has 0 epochs",
        "cannot train so: the gradient is clipped to 0, that must be positive",
        "cannot train so: `class_weight` has 2 numbers, for 3 classes",
        "cannot train so: `class_weight` has -1, it must not be negative",
        "cannot train so: mean squared error is no loss of a network that ends in `softmax`: \
         softmax cross-entropy is",
        "cannot train so: `label_smoothing` is 1, it is a share from 0 to below 1",
        "cannot train so: a checkpoint every 0 batches",
        "the samples do not fit the network: its input is 1x1x5, the images are 1x1x6",
        "the samples do not fit the network: it has 4 outputs, a target has 3 numbers",
        "the samples do not fit the network: there are none",
    ];
    assert_eq!(texts, expected);
}

/// A regression: validation data of its own, the loss by the head.
#[test]
fn a_linear_head_has_squares() {
    let mut net = HandWritten::new(6, 0, 3, 1).head(Head::Linear);
    let other = Clusters { len: 40, ..DATA };
    let fit = Fit { epochs: 20, validation_data: Some(&other), ..quiet() };
    let history = fit.run(&mut net, &DATA).unwrap();
    let (first, last) = (history.epochs[0].val_loss.unwrap(), history.epochs[19].val_loss.unwrap());
    assert!(last < 0.5 * first, "{first} to {last}");
}

#[test]
fn the_history_is_a_table() {
    let epoch = Epoch {
        epoch: 1,
        loss: 0.5,
        accuracy: 0.75,
        val_loss: None,
        val_accuracy: None,
        learning_rate: 0.01,
        samples_per_second: 1234.5678,
    };
    let second = Epoch { epoch: 2, val_loss: Some(0.25), val_accuracy: Some(1.0), ..epoch.clone() };
    assert_eq!(epoch.to_string(), "loss 0.5000, accuracy 75.00 %, 1235 samples/s");
    let history = History { epochs: vec![epoch, second] };
    let csv = "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,samples_per_second\n\
               1,0.5,0.75,,,0.01,1234.6\n\
               2,0.5,0.75,0.25,1,0.01,1234.6\n";
    assert_eq!(history.to_csv(), csv);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.csv");
    history.save_csv(&path).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), csv);
}
