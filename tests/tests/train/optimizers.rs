//! Three steps of each optimizer against PyTorch's in `f64` and Keras' formulas: literals of
//! `tests/pytorch/training.py`.

use cnn_runtime::train::{Adam, AdamW, Clip, Descent, Fit, Optimizer, Sgd, Verbose, WeightDecay};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;
use cnn_weights::{Role, Tensor};

const START: [f32; 3] = [0.5, -1.0, 2.0];
const GRADIENTS: [[f32; 3]; 3] = [[0.1, -0.2, 0.3], [-0.4, 0.5, 0.05], [0.25, 0.0, -0.6]];

/// Largest error after three steps: each parameter is below 4 and has at most a dozen roundings a
/// step, of half a unit in the last place each, 2^-24 of the value.
const STEPS_ERROR: f64 = 3.0 * 12.0 * 4.0 / (1 << 24) as f64;

fn kernel() -> Tensor {
    Tensor::new("dense1", Role::DenseKernel { flattened: None }, vec![1, 3])
}

fn three_steps(optimizer: impl Into<Optimizer>, tensors: &[Tensor], rate: f64) -> Vec<f32> {
    let mut descent = Descent::new(optimizer.into(), tensors, &vec![false; tensors.len()]);
    let mut parameters = START.repeat(tensors.len());
    for gradient in GRADIENTS {
        descent.step(rate, &mut parameters, &gradient.repeat(tensors.len()));
    }
    assert_eq!(descent.steps(), 3);
    parameters
}

fn assert_near(found: &[f32], expected: [f64; 3]) {
    let near = |(&found, expected): (&f32, f64)| (f64::from(found) - expected).abs() < STEPS_ERROR;
    assert!(found.iter().zip(expected).all(near), "{found:?}, not {expected:?}");
}

#[test]
fn sgd_is_pytorchs_and_keras() {
    let sgd = |momentum, nesterov| Sgd { momentum, nesterov, ..Sgd::default() };
    let steps = |sgd| three_steps(sgd, &[kernel()], 0.1);
    assert_near(&steps(sgd(0.0, false)), [0.505, -1.03, 2.025]);
    // PyTorch and Keras agree where the rate stays.
    assert_near(&steps(sgd(0.9, false)), [0.5239, -1.0408, 1.9692]);
    assert_near(&steps(sgd(0.9, true)), [0.52651, -1.06672, 1.99728]);
}

#[test]
fn l2_is_added_before_the_momentum() {
    let weight_decay = WeightDecay::l2(0.05);
    let sgd = Sgd { momentum: 0.9, weight_decay, ..Sgd::default() };
    assert_near(&three_steps(sgd, &[kernel()], 0.1), [0.509_924_687_5, -1.012_999_375, 1.913_934]);
}

#[test]
fn adam_is_pytorchs() {
    let adam = |weight_decay| Adam { weight_decay, ..Adam::default() };
    let steps = |optimizer: Optimizer| three_steps(optimizer, &[kernel()], 0.1);
    assert_near(
        &steps(adam(WeightDecay::NONE).into()),
        [0.459_793_874_663_798_9, -0.978_404_897_175_930_3, 1.851_302_413_110_194],
    );
    assert_near(
        &steps(adam(WeightDecay::l2(0.05)).into()),
        [0.445_572_297_012_094_9, -0.952_634_724_904_906_5, 1.816_925_455_654_303_7],
    );
    assert_near(
        &steps(AdamW { weight_decay: 0.05, ..AdamW::default() }.into()),
        [0.453_049_060_326_623_3, -0.964_256_164_499_969_1, 1.822_841_326_732_857_6],
    );
}

/// Decoupled decay of plain SGD: w = w * (1 - rate * lambda) - rate * g, step by step.
#[test]
fn decoupled_decay_shrinks_before_the_step() {
    let weight_decay = WeightDecay::decoupled(0.5);
    let found = three_steps(Sgd { weight_decay, ..Sgd::default() }, &[kernel()], 0.1);
    let expected = [0, 1, 2].map(|i| {
        GRADIENTS.iter().fold(f64::from(START[i]), |w, g| w * 0.95 - 0.1 * f64::from(g[i]))
    });
    assert_near(&found, expected);
}

#[test]
fn decay_is_for_kernels_unless_all_parameters_are_said() {
    let bias = Tensor::new("dense1", Role::Bias, vec![3]);
    let gamma = Tensor::new("bn", Role::Gamma, vec![3]);
    let mean = Tensor::new("bn", Role::MovingMean, vec![3]);
    let tensors = [bias, gamma, mean, kernel()];
    let plain = three_steps(Sgd::default(), &[kernel()], 0.1);
    let decay = WeightDecay::l2(0.05);
    let steps = |weight_decay| three_steps(Sgd { weight_decay, ..Sgd::default() }, &tensors, 0.1);
    let decayed = three_steps(Sgd { weight_decay: decay, ..Sgd::default() }, &[kernel()], 0.1);
    assert_ne!(plain, decayed);
    // A running statistic is no parameter, whatever its gradient.
    assert_eq!(steps(decay), [&plain[..], &plain[..], &START[..], &decayed[..]].concat());
    let all = [&decayed[..], &decayed[..], &START[..], &decayed[..]].concat();
    assert_eq!(steps(decay.all_parameters()), all);
    let descent = |weight_decay| {
        Descent::new(Sgd { weight_decay, ..Sgd::default() }.into(), &tensors, &[false; 4])
    };
    // lambda / 2 * ||w||^2, with ||START||^2 = 5.25, of one tensor or of three.
    assert!((descent(decay).penalty(&START.repeat(4)) - 0.025 * 5.25).abs() < 1e-12);
    let three = descent(decay.all_parameters()).penalty(&START.repeat(4));
    assert!((three - 0.025 * 15.75).abs() < 1e-12);
    assert_eq!(descent(WeightDecay::decoupled(0.05)).penalty(&START.repeat(4)), 0.0);
}

#[test]
fn frozen_tensors_stay() {
    let mut descent = Descent::new(Adam::default().into(), &[kernel(), kernel()], &[true, false]);
    let mut parameters = START.repeat(2);
    descent.step(0.1, &mut parameters, &[1.0; 6]);
    assert_eq!(parameters[..3], START);
    assert!(parameters[3..].iter().zip(START).all(|(w, start)| *w < start));
}

/// A step at rate 1 from a clipped gradient: its norm, or its largest number, is the limit, and its
/// direction is that of the whole.
#[test]
fn gradients_are_clipped() {
    let data = Clusters { len: 20, features: 4, classes: 3, spread: 1.0 };
    let step = |clip| {
        let mut net = HandWritten::new(4, 0, 3, 1);
        let before = cnn_runtime::train::Learner::parameters(&net).to_vec();
        let fit = Fit {
            batch_size: 20,
            optimizer: Sgd { learning_rate: 1.0, ..Sgd::default() }.into(),
            clip,
            verbose: Verbose::Silent,
            ..Fit::default()
        };
        fit.run(&mut net, &data).unwrap();
        let after = cnn_runtime::train::Learner::parameters(&net).to_vec();
        // Behind the four running means.
        let difference = before.iter().zip(after).map(|(b, a)| f64::from(b - a)).skip(4);
        difference.collect::<Vec<f64>>()
    };
    let whole = step(Clip::None);
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!(norm(&whole) > 0.1, "{}", norm(&whole));
    let clipped = step(Clip::Norm(0.05));
    // Differences of parameters below 1: 2^-24 each.
    let close = |a: f64, b: f64| (a - b).abs() < 2e-7;
    assert!(close(norm(&clipped), 0.05), "{}", norm(&clipped));
    let factor = 0.05 / norm(&whole);
    assert!(whole.iter().zip(&clipped).all(|(w, c)| close(w * factor, *c)));
    assert_eq!(step(Clip::Norm(10.0)), whole);
    let clipped = step(Clip::Value(0.05));
    assert!(whole.iter().zip(&clipped).all(|(w, c)| close(w.clamp(-0.05, 0.05), *c)));
    assert!(whole.iter().any(|w| w.abs() > 0.05) && whole.iter().any(|w| w.abs() < 0.05));
}
