//! Auxiliary heads: their losses and a step beside PyTorch's, in `f64` (`tests/pytorch/heads.py`), and what
//! a net does with them.

use crate::numbers;
use crate::ten_steps::{RELATIVE, start};
use cnn_runtime::data::Arrays;
use cnn_runtime::train::{Engine, Fit, Learner, Sgd, Verbose};
use cnn_weights::{Role, Tensor};
use ndarray::Array4;

cnn_runtime::cnn! {
    model Net {
        input 7x6x2;
        conv 3x3, 6, tanh;
        aux first { flatten; dense 3; }
        conv 2x2, 5, tanh;
        aux second { pool avg global; flatten; dense 3, softmax; }
        flatten;
        dense 3, softmax;
        train;
    }

    /// The same without its heads.
    model Alone { input 7x6x2; conv 3x3, 6, tanh; conv 2x2, 5, tanh; flatten; dense 3, softmax; train; }

    /// What the embedded weights are without.
    model Embedded {
        input 7x6x2;
        conv 3x3, 6, tanh;
        aux first { flatten; dense 3; }
        conv 2x2, 5, tanh;
        aux second { pool avg global; bn; flatten; dense 3, softmax; }
        flatten;
        dense 3, softmax;
        train;
        weights "tests/training/heads.safetensors";
    }
}

/// The loss of the output, and that with 0.3 times those of both heads.
const MAIN: f64 = 1.102_555_013_25;
const TOTAL: f64 = 1.918_932_668_12;
const CORRECT: f64 = 0.75;
/// How far each tensor moves at a learning rate of 0.5: those of the network, then of the heads.
const LENGTHS: [f64; 10] = [
    0.423_841_151_68,
    0.086_867_702_02,
    0.414_032_330_01,
    0.126_431_264_48,
    0.567_761_758_74,
    0.127_895_500_49,
    0.374_994_324_94,
    0.041_793_048_35,
    0.020_551_486_49,
    0.034_924_419_93,
];

fn data() -> Arrays<'static> {
    let images = Array4::from_shape_vec((4, 7, 6, 2), numbers(4 * 7 * 6 * 2, 100));
    let labels: Vec<usize> = (0..4).map(|i| i * 7 % 3).collect();
    Arrays::new(images.expect("4 images"), labels, 3).expect("a label an image")
}

fn fit<'a>() -> Fit<'a> {
    let optimizer = Sgd { learning_rate: 0.5, ..Sgd::default() }.into();
    Fit { shuffle: false, optimizer, verbose: Verbose::Silent, ..Fit::default() }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= RELATIVE * expected
}

fn parameters(learner: &mut Engine<'_>) -> Vec<f32> {
    learner.parameters().to_vec()
}

#[test]
fn a_step_is_pytorchs() {
    let mut net = Net::init(0);
    net.learn(|learner| start(learner));
    assert!(close(net.evaluate_dataset(&data()).expect("they fit").loss, MAIN));
    let before = net.learn(parameters);
    let validation_data = data();
    let settings = Fit { validation_data: Some(&validation_data), ..fit() };
    let history = net.fit_dataset(&data(), settings).expect("it trains");
    let epoch = &history.epochs[0];
    assert!(close(epoch.loss, TOTAL), "{}, not {TOTAL}", epoch.loss);
    assert_eq!(epoch.accuracy, CORRECT);
    // Validation is of the output alone.
    let alone = net.evaluate_dataset(&data()).expect("they fit").loss;
    assert_eq!(epoch.val_loss, Some(alone));

    let after = net.learn(parameters);
    let mut moved = before.iter().zip(&after).map(|(before, after)| after - before);
    let tensors = net.learn(|learner| learner.tensors().to_vec());
    assert_eq!(tensors.len(), LENGTHS.len());
    for (tensor, length) in tensors.iter().zip(LENGTHS) {
        let squares = moved.by_ref().take(tensor.len()).map(|x| f64::from(x).powi(2));
        let found = squares.sum::<f64>().sqrt();
        let name = format!("{} {:?}", tensor.layer, tensor.role);
        assert!(close(found, length), "{name}: {found}, not {length}");
    }
}

/// With a weight of 0 the network learns what it would without heads, and they learn nothing.
#[test]
fn a_weight_of_0_leaves_heads_out() {
    let (mut net, mut alone) = (Net::init(0), Alone::init(0));
    net.learn(|learner| start(learner));
    alone.learn(|learner| start(learner));
    let before = net.learn(parameters);
    net.fit_dataset(&data(), Fit { aux_weight: 0.0, epochs: 3, ..fit() }).expect("it trains");
    alone.fit_dataset(&data(), Fit { epochs: 3, ..fit() }).expect("it trains");
    let (net, alone) = (net.learn(parameters), alone.learn(parameters));
    assert_eq!(net[..alone.len()], alone);
    assert_eq!(net[alone.len()..], before[alone.len()..]);
    assert!(net.len() > alone.len() && alone != before[..alone.len()]);
}

#[test]
fn a_weight_that_makes_no_sense_is_told() {
    let error = Net::init(0).fit_dataset(&data(), Fit { aux_weight: -0.5, ..fit() });
    let text = error.expect_err("a negative weight").to_string();
    assert!(text.ends_with("`aux_weight` is -0.5, it must not be negative"), "{text}");
}

#[test]
fn threads_do_not_change_the_bits() {
    let trained = |threads: usize| {
        let mut net = Net::init(3);
        net.threads(threads);
        let history = net.fit_dataset(&data(), Fit { batch_size: 3, epochs: 4, ..fit() });
        let loss = history.expect("it trains").epochs[3].loss;
        (net.learn(parameters), loss)
    };
    assert_eq!(trained(1), trained(2));
}

#[test]
fn files_have_the_heads_or_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let [whole, alone] = ["whole.safetensors", "alone.safetensors"].map(|n| folder.path().join(n));
    let mut net = Net::init(3);
    net.fit_dataset(&data(), fit()).expect("it trains");
    net.save(&whole).expect("it is written");
    let mut loaded = Net::load(&whole).expect("its own file");
    assert_eq!(loaded.learn(parameters), net.learn(parameters));

    // A prediction needs no head, and takes a file that has them.
    let image = [[[0.5; 2]; 6]; 7];
    let expected = net.predict(&image);
    assert_eq!(NetInference::load(&whole).expect("heads are ignored").predict(&image), expected);
    assert_eq!(net.clone().into_inference().predict(&image), expected);

    let mut other = Alone::init(4);
    other.save(&alone).expect("it is written");
    let error = Net::load(&alone).expect_err("it is without heads").to_string();
    for tensor in ["first.dense1.kernel", "first.dense1.bias", "second.dense1.kernel"] {
        assert!(error.contains(tensor), "{error}");
    }
    let heads = net.learn(parameters)[other.learn(parameters).len()..].to_vec();
    let matching = net.load_matching(&alone).expect("the network fits");
    assert_eq!((matching.taken.len(), matching.left()), (6, 4));
    assert_eq!(net.learn(parameters), [other.learn(parameters), heads].concat());
    assert_eq!(net.predict(&image), other.predict(&image));
}

#[test]
fn heads_that_are_not_embedded_begin_as_init_has_them() {
    let (mut net, mut fresh) = (Embedded::pretrained(), Embedded::init(0));
    let (net, fresh) = (net.learn(parameters), fresh.learn(parameters));
    // What the file has: a number behind the other.
    let own: Vec<f32> = (0..422_u16).map(|i| f32::from(i) / 1024.0).collect();
    assert_eq!(net[..own.len()], own);
    assert_eq!(net[own.len()..], fresh[own.len()..]);
}

#[test]
fn layers_of_heads_are_frozen_by_name() {
    let mut net = Net::init(3);
    net.freeze("first").expect("a head is a block");
    assert_eq!(net.frozen(), ["first.dense1"]);
    let before = net.learn(parameters);
    net.fit_dataset(&data(), fit()).expect("it trains");
    let after = net.learn(parameters);
    let own = Alone::init(0).learn(parameters).len();
    let head = own..own + 5 * 4 * 6 * 3 + 3;
    assert_eq!(before[head.clone()], after[head.clone()]);
    assert!(before[head.end..] != after[head.end..] && before[..own] != after[..own]);
}

/// A head whose loss is not finite is named, though the output's is.
#[test]
fn a_head_that_leaves_the_range_is_told() {
    let mut net = Embedded::init(3);
    net.learn(|learner| {
        let tensors = learner.tensors().to_vec();
        let beta = tensors.iter().position(|tensor| tensor.role == Role::Beta).expect("one");
        let place = tensors[..beta].iter().map(Tensor::len).sum::<usize>();
        learner.parameters_mut()[place] = f32::INFINITY;
    });
    let error = net.fit_dataset(&data(), fit()).expect_err("it is infinite").to_string();
    assert!(error.contains("the values of `second.bn1` are the first"), "{error}");
}
