//! Layers that the model's text freezes at its beginning: nothing is computed backwards there, and what
//! they give may be kept for all epochs.

use crate::{Body, data, fit, numbers};
use cnn_dsl::check::{Selection, check};
use cnn_dsl::differentiate::differentiate;
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::InstructionSet;
use cnn_runtime::data::{Augment, Dataset};
use cnn_runtime::train::{Callback, CallbackResult, Fit, History, Learner};
use std::ops::ControlFlow;

cnn_runtime::include_model!("tests/learning/frozen.cnn", Chain);
cnn_runtime::include_model!("tests/learning/frozen.cnn", Branch);
cnn_runtime::include_model!("tests/learning/frozen.cnn", Head);
cnn_runtime::include_model!("tests/learning/frozen.cnn", Dense);

fn network(name: &str) -> Network {
    let mut sources = Sources::default();
    let text = include_str!("frozen.cnn").into();
    let file = SourceFile { name: "frozen.cnn".into(), folder: "".into(), text };
    let root = sources.add(file);
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    let mut models = checked.models.into_iter().flatten();
    models.find(|network| network.name == name).expect("a model of the file")
}

/// Every step behind the loss belongs to a layer that is trained or stands behind one, and nothing
/// that only the frozen layers read is saved.
#[test]
fn frozen_layers_have_no_backward_pass_and_save_nothing() {
    // A network whose last layer alone is trained saves what that one reads.
    let cases =
        [("Chain", "conv2", "pool1"), ("Head", "dense1", "pool1"), ("Dense", "dense2", "dense1")];
    for (name, trained, saves) in cases {
        let training = differentiate(&network(name));
        let plan = plan(&training, &Options::default());
        let steps = plan.training().expect("it trains");
        let layers = |step: &cnn_dsl::plan::Step| {
            step.layers.iter().map(|l| training.layers[l.0].name.clone()).collect::<Vec<_>>()
        };
        let loss = plan.steps.iter().position(|step| layers(step) == ["loss"]).expect("a loss");
        let backward: Vec<String> = plan.steps[loss + 1..].iter().flat_map(layers).collect();
        assert!(backward.iter().any(|layer| layer.contains(trained)), "{backward:?}");
        let frozen = |layer: &String| layer.contains("conv1") || layer.contains("pair1");
        let dense = |layer: &String| name == "Dense" && layer.contains("d_dense1");
        assert!(!backward.iter().any(dense), "{name}: {backward:?}");
        assert!(!backward.iter().any(frozen), "{name}: {backward:?}");
        // The value that the first trained layer reads is saved once; nothing before it is.
        let saved: Vec<_> = steps.saved.iter().map(|(layer, _)| layer).collect();
        assert!(!saved.iter().any(|layer| frozen(layer)), "{name}: {saved:?}");
        let first = saved.iter().filter(|layer| layer.starts_with(saves));
        assert_eq!(first.count(), 1, "{name}: {saved:?}");
    }
}

/// With momentum, weight decay, validation and shuffling, on every instruction set and on two threads.
#[test]
fn cached_training_has_the_bits_of_the_other() {
    macro_rules! compare {
        ($($model:ident),*) => {$(
            for set in InstructionSet::available() {
                let trained = |cache_frozen: bool, threads: usize| {
                    let mut net = $model::init(5);
                    net.use_instruction_set(set).threads(threads);
                    let settings = Fit { cache_frozen, validation_split: 0.25, epochs: 3, ..fit() };
                    let history = net.fit_dataset(&data(25, 4), settings).expect("it trains");
                    let losses: Vec<_> =
                        history.epochs.iter().map(|e| (e.loss, e.accuracy, e.val_loss)).collect();
                    (numbers!(net), losses)
                };
                let expected = trained(false, 1);
                assert_eq!(trained(true, 1), expected, "{} {set}", stringify!($model));
                assert_eq!(trained(true, 2), expected, "{} {set}", stringify!($model));
            }
        )*};
    }
    compare!(Chain, Branch, Head, Dense);
}

/// What a callback sees: the sizes of the input, and how many parameters there are.
#[derive(Default)]
struct Seen(Vec<([usize; 3], usize)>);

impl Callback for Seen {
    fn on_epoch_end(&mut self, _: &History, learner: &dyn Learner) -> CallbackResult {
        self.0.push((learner.sizes(), learner.parameters().len()));
        Ok(ControlFlow::Continue(()))
    }

    fn on_train_end(&mut self, learner: &mut dyn Learner) {
        let (images, mut logits) = ([0.5; 2 * 10 * 10 * 3], [f32::NAN; 2 * 4]);
        learner.forward(&images, &mut logits);
        assert!(logits.iter().all(|x| x.is_finite()) && logits[..4] == logits[4..]);
        self.0.push((learner.sizes(), learner.parameters().len()));
    }
}

/// Batches are values behind the frozen layers, and callbacks see a network that takes images.
#[test]
fn callbacks_see_the_whole_network() {
    let mut net = Head::init(3);
    let parameters = numbers!(net).len();
    let seen = |net: &mut Head, cache_frozen: bool| {
        let mut seen = Seen::default();
        let fit = Fit { cache_frozen, callbacks: vec![Box::new(&mut seen)], ..fit() };
        net.fit_dataset(&data(20, 4), fit).expect("it trains");
        seen.0
    };
    assert_eq!(seen(&mut net, true), [([10, 10, 3], parameters); 3]);
    assert_eq!(seen(&mut net, false), [([10, 10, 3], parameters); 3]);
}

/// The value behind the last frozen layer that everything else goes through.
#[test]
fn features_end_where_one_value_goes_on() {
    let features = |name: &str| {
        let training = differentiate(&network(name));
        let plan = plan(&training, &Options::default());
        let features = plan.training().expect("it trains").features;
        features.map(|features| plan.buffers[features.value.0].shape.to_string())
    };
    assert_eq!(features("Chain").as_deref(), Some("5x5x12"));
    // Behind the branch two values go on.
    assert_eq!(features("Branch").as_deref(), Some("10x10x8"));
    assert_eq!(features("Head").as_deref(), Some("1x1x12"));
    assert_eq!(features("Dense").as_deref(), Some("20"));
    assert_eq!(features("Late"), None);
    assert_eq!(features("Nothing"), None);
    assert!(Chain::init(1).learn(|learner| learner.features().is_some()));
}

#[test]
fn what_differs_from_epoch_to_epoch_is_not_cached() {
    let settings = || Fit { cache_frozen: true, ..fit() };
    let error = Body::init(1).fit_dataset(&data(20, 4), settings()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot train so: `cache_frozen` keeps what the frozen layers at the model's beginning give, \
         but none there is frozen by the model's text, or what follows reads more than one value of \
         them: put them into `frozen { ... }`, or leave `cache_frozen` out"
    );
    let flipped = data(20, 4).augmented(Augment { flip: true, ..Augment::default() });
    let error = Head::init(1).fit_dataset(&flipped.first(10), settings()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot train so: `cache_frozen` needs samples that are the same in every epoch, and this \
         data set augments them: leave the augmentation out, or `cache_frozen`"
    );
    let same = data(20, 4).augmented(Augment::default());
    Head::init(1).fit_dataset(&same, settings()).expect("nothing is augmented");
    let cropped = data(20, 4).cropped([8, 8]).expect("it fits");
    assert!(cropped.augments() && !data(20, 4).cropped([10, 10]).expect("it fits").augments());
}
