//! Losses and their gradients against PyTorch's in `f64`: literals of `tests/pytorch/training.py`.

use cnn_runtime::train::{Head, Loss};

const LOGITS: [[f32; 5]; 2] = [[-2.0, -1.0, 0.0, 1.0, 2.0], [1000.0, 990.0, -1000.0, 3.0, 1000.0]];
const TARGETS: [[f32; 5]; 2] = [[0.0, 0.0, 1.0, 0.0, 0.0], [0.1, 0.2, 0.0, 0.0, 0.7]];

/// Largest error, relative to `max(1, value)`: `math::exp` has 2.4e-7, the sums of five and the
/// products add some roundings of 6e-8.
const LOSS_ERROR: f64 = 8e-7;

fn check(loss: Loss, sample: usize, expected: f64, gradient: [f64; 5]) {
    let (z, t) = (&LOGITS[sample], &TARGETS[sample]);
    let mut d = [0.0; 5];
    let found = loss.sample(z, t, 1.0, &mut d);
    let near = |x: f32, y: f64| (f64::from(x) - y).abs() <= LOSS_ERROR * y.abs().max(1.0);
    assert!(near(found, expected), "{loss:?}: {found}, not {expected}");
    assert!(d.iter().zip(gradient).all(|(&x, y)| near(x, y)), "{loss:?}: {d:?}, not {gradient:?}");
    // Another scale is another factor of the gradient, not of the loss.
    let mut half = [0.0; 5];
    assert_eq!(loss.sample(z, t, 0.5, &mut half), found);
    assert!(half.iter().zip(d).all(|(&half, d)| near(2.0 * half, f64::from(d))));
}

#[test]
fn softmax_cross_entropy_is_pytorchs() {
    let plain = Loss::SOFTMAX_CROSS_ENTROPY;
    let gradient = [
        0.011_656_230_956,
        0.031_684_920_796,
        -0.913_871_455_564,
        0.234_121_657_253,
        0.636_408_646_559,
    ];
    check(plain, 0, 2.451_914_395_937_593_3, gradient);
    let gradient = [0.399_988_650_275, -0.199_977_300_550, 0.0, 0.0, -0.200_011_349_725];
    check(plain, 1, 2.693_169_880_267_186, gradient);
    let smooth = Loss::SoftmaxCrossEntropy { label_smoothing: 0.1 };
    let gradient = [
        -0.008_343_769_044,
        0.011_684_920_796,
        -0.833_871_455_564,
        0.214_121_657_253,
        0.616_408_646_559,
    ];
    check(smooth, 0, 2.451_914_395_937_593_3, gradient);
    let gradient = [0.389_988_650_275, -0.199_977_300_550, -0.02, -0.02, -0.150_011_349_725];
    check(smooth, 1, 62.633_169_880_267_19, gradient);
}

#[test]
fn sigmoid_cross_entropy_and_squares_are_pytorchs() {
    let gradient =
        [0.023_840_584_404, 0.053_788_284_274, -0.1, 0.146_211_715_726, 0.176_159_415_596];
    check(Loss::SigmoidCrossEntropy, 0, 0.914_705_315_536_467_2, gradient);
    let gradient = [0.18, 0.16, 0.0, 0.190_514_825_364, 0.06];
    check(Loss::SigmoidCrossEntropy, 1, 399.009_717_470_314_74, gradient);
    check(Loss::MeanSquaredError, 0, 2.2, [-0.8, -0.4, -0.4, 0.4, 0.8]);
    check(Loss::MeanSquaredError, 1, 795_622.708, [399.96, 395.92, -400.0, 1.2, 399.72]);
}

#[test]
fn what_is_not_finite_shows() {
    let losses = [Loss::SOFTMAX_CROSS_ENTROPY, Loss::SigmoidCrossEntropy, Loss::MeanSquaredError];
    for loss in losses {
        for (place, bad) in [(0, f32::NAN), (2, f32::NAN), (0, f32::INFINITY), (2, f32::INFINITY)] {
            let mut z = LOGITS[0];
            z[place] = bad;
            let found = loss.sample(&z, &TARGETS[0], 1.0, &mut [0.0; 5]);
            assert!(!found.is_finite(), "{loss:?} {place} {bad}: {found}");
        }
    }
}

#[test]
fn each_head_has_its_loss() {
    assert_eq!(Loss::of(Head::Softmax), Loss::SoftmaxCrossEntropy { label_smoothing: 0.0 });
    assert_eq!(Loss::of(Head::Sigmoid), Loss::SigmoidCrossEntropy);
    assert_eq!(Loss::of(Head::Linear), Loss::MeanSquaredError);
}
