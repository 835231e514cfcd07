//! Losses of networks that answer for each pixel, and a step by each, beside PyTorch's, in `f64`
//! (`tests/pytorch/heads.py`).

use crate::numbers;
use crate::ten_steps::{RELATIVE, start};
use cnn_runtime::data::{Arrays, Augment, Dataset};
use cnn_runtime::train::{Engine, Evaluate, Fit, Loss, Sgd, Verbose};
use ndarray::{Array2, Array3, Array4};

cnn_runtime::cnn! {
    model Softmax { input 7x6x2; conv 3x3, 6, tanh; conv 1x1, 3, softmax; train; }
    model Sigmoid { input 7x6x2; conv 3x3, 6, tanh; conv 1x1, 3, sigmoid; train; }
    model Squares { input 7x6x2; conv 3x3, 6, tanh; conv 1x1, 3; train; }
}

/// The loss before a step with a learning rate of 0.5, and how far each tensor then moves.
struct Literals {
    loss: f64,
    lengths: [f64; 4],
}

const SOFTMAX: Literals = Literals {
    loss: 1.240_913_771_53,
    lengths: [0.142_070_052_53, 0.076_616_146_16, 0.102_968_943_70, 0.084_430_306_25],
};
const SMOOTHED: Literals = Literals {
    loss: 1.237_416_891_83,
    lengths: [0.131_114_668_37, 0.072_523_260_68, 0.098_915_765_66, 0.079_829_481_07],
};
const WEIGHTED: Literals = Literals {
    loss: 1.251_064_113_98,
    lengths: [0.118_223_228_41, 0.053_744_100_59, 0.096_159_386_61, 0.073_588_789_72],
};
const SIGMOID: Literals = Literals {
    loss: 0.757_783_236_27,
    lengths: [0.050_263_022_94, 0.047_155_307_04, 0.040_990_204_39, 0.060_874_137_28],
};
const SQUARES: Literals = Literals {
    loss: 0.581_099_359_73,
    lengths: [0.177_734_370_10, 0.113_416_599_39, 0.188_018_128_58, 0.183_869_294_59],
};
/// The share of pixels whose largest number is that of their class.
const CORRECT: f64 = 0.25;

fn images() -> Array4<f32> {
    Array4::from_shape_vec((4, 7, 6, 2), numbers(4 * 7 * 6 * 2, 100)).expect("4 images")
}

fn masks() -> Array3<usize> {
    Array3::from_shape_fn((4, 5, 4), |(n, y, x)| (2 * n + 3 * y + x * x) % 3)
}

/// Of `f32`, whose last place is 6e-8.
fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= RELATIVE * expected
}

fn step(learner: &mut Engine<'_>, fit: Fit<'_>, correct: Option<f64>, literals: &Literals) {
    use cnn_runtime::train::Learner;
    start(learner);
    let (images, masks) = (images(), masks());
    let data = Arrays::new(&images, &masks, 3).expect("masks of the images");
    let before = learner.parameters().to_vec();
    let sgd = Sgd { learning_rate: 0.5, ..Sgd::default() };
    let optimizer = sgd.into();
    let fit = Fit { shuffle: false, optimizer, verbose: Verbose::Silent, ..fit };
    let history = fit.run(learner, &data).expect("it trains");
    let epoch = &history.epochs[0];
    assert!(close(epoch.loss, literals.loss), "{}, not {}", epoch.loss, literals.loss);
    if let Some(correct) = correct {
        assert!(close(epoch.accuracy, correct), "{}", epoch.accuracy);
    }
    let mut moved = before.iter().zip(learner.parameters()).map(|(before, after)| after - before);
    for (tensor, length) in learner.tensors().iter().zip(literals.lengths) {
        let squares = moved.by_ref().take(tensor.len()).map(|x| f64::from(x).powi(2));
        let found = squares.sum::<f64>().sqrt();
        let name = format!("{} {:?}", tensor.layer, tensor.role);
        assert!(close(found, length), "{name}: {found}, not {length}");
    }
}

#[test]
fn losses_of_pixels_are_pytorchs() {
    let smoothed = Some(Loss::SoftmaxCrossEntropy { label_smoothing: 0.1 });
    let weights = Some(vec![0.5, 1.0, 2.0]);
    let correct = Some(CORRECT);
    let mut softmax = Softmax::init(0);
    softmax.learn(|learner| step(learner, Fit::default(), correct, &SOFTMAX));
    let fit = Fit { loss: smoothed, ..Fit::default() };
    softmax.learn(|learner| step(learner, fit, correct, &SMOOTHED));
    let fit = Fit { class_weight: weights, ..Fit::default() };
    softmax.learn(|learner| step(learner, fit, correct, &WEIGHTED));
    Sigmoid::init(0).learn(|learner| step(learner, Fit::default(), None, &SIGMOID));
    Squares::init(0).learn(|learner| step(learner, Fit::default(), correct, &SQUARES));
}

#[test]
fn pixels_are_evaluated() {
    let (images, masks) = (images(), masks());
    let mut net = Softmax::init(0);
    net.learn(|learner| start(learner));
    let evaluation = net.evaluate(&images, &masks).expect("masks of the output's size");
    assert!(close(evaluation.loss, SOFTMAX.loss) && evaluation.accuracy == CORRECT);
    assert_eq!((evaluation.samples, evaluation.top_5), (4, 1.0));
    let rows: Vec<u64> = evaluation.confusion.rows().map(|row| row.iter().sum()).collect();
    let count = |class| masks.iter().filter(|&&own| own == class).count() as u64;
    assert_eq!(rows, [count(0), count(1), count(2)]);
    let right: u64 = (0..3).map(|class| evaluation.confusion.count(class, class)).sum();
    assert_eq!(right, (CORRECT * masks.len() as f64) as u64);
    let error = net.evaluate(&images, Array3::<u8>::zeros((4, 7, 6))).expect_err("other masks");
    assert_eq!(
        error.to_string(),
        "the labels are masks of 7x6, the output is 5x4x3; crop or resize them, they are as large as \
         what the model answers"
    );
    let data = Arrays::new(&images, Array3::<u8>::zeros((4, 7, 6)), 3).expect("masks");
    let evaluate = |learner: &mut Engine<'_>| Evaluate::default().run(learner, &data);
    let error = net.learn(evaluate).expect_err("other masks");
    let text = error.to_string();
    assert!(text.ends_with("its output is 5x4 pixels, the masks are 7x6"), "{text}");
}

/// Rows of plain numbers do not say where a pixel's stand: they cannot follow their image.
#[test]
fn plain_targets_of_pixels_are_not_augmented() {
    let rows = Array2::<f32>::zeros((4, 5 * 4 * 3));
    let images = images();
    let plain = || Arrays::new(&images, &rows, 60).expect("rows");
    let evaluate = |data: &dyn Dataset| {
        Softmax::init(0).learn(|learner| Evaluate::default().run(learner, data))
    };
    evaluate(&plain()).expect("rows as they are");
    let flipped = plain().augmented(Augment { flip: true, ..Augment::default() });
    let text = evaluate(&flipped).expect_err("flipped images").to_string();
    assert!(
        text.ends_with(
            "its output is 5x4 pixels, the targets are plain numbers, which are not flipped, moved or \
             cut with their images: give them as masks of 5x4, or do not augment"
        ),
        "{text}"
    );
}

#[test]
fn masks_are_learnt() {
    // What belongs to the foreground is where the first channel is positive in the middle of the window.
    let images = Array4::from_shape_vec((40, 7, 6, 2), numbers(40 * 84, 9)).expect("40 images");
    let masks = Array3::from_shape_fn((40, 5, 4), |(n, y, x)| {
        let inside = usize::from(images[[n, y + 1, x + 1, 0]] > 0.0);
        inside + usize::from(images[[n, y + 1, x + 1, 0]] > 0.5)
    });
    let mut net = Softmax::init(1);
    let optimizer = Sgd { learning_rate: 0.5, momentum: 0.9, ..Sgd::default() }.into();
    let fit =
        Fit { batch_size: 8, epochs: 20, optimizer, verbose: Verbose::Silent, ..Fit::default() };
    let history = net.fit(&images, &masks, fit).expect("it trains");
    let last = history.epochs.last().expect("an epoch");
    assert!(last.accuracy > 0.95, "{last:?}");
}
