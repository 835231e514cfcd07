//! The hand-written network's gradients against central differences in `f64`: what the other tests
//! rest on.

use cnn_runtime::data::Dataset;
use cnn_runtime::train::{Head, Learner, Loss, Output};
use cnn_tests::clusters::Clusters;
use cnn_tests::hand_written::HandWritten;

const FEATURES: usize = 4;
const CLASSES: usize = 3;
const SAMPLES: usize = 5;

/// The step of a central difference, whose error is its square times a third derivative below 10, and
/// 2^-53 over it; plus the `f32` of the gradient itself.
const STEP: f64 = 1e-5;
const GRADIENT_ERROR: f64 = 1e-6;

/// The mean loss in `f64`, by the formulas as they stand in books.
fn mean_loss(head: Head, hidden: usize, w: &[f64], images: &[f32], targets: &[f32]) -> f64 {
    let (kernel_1, rest) = w.split_at(FEATURES * hidden);
    let (bias_1, rest) = rest.split_at(hidden);
    let (kernel_2, bias_2) = rest[FEATURES..].split_at(rest.len() - FEATURES - CLASSES);
    let dense = |x: &[f64], kernel: &[f64], bias: &[f64]| -> Vec<f64> {
        let column = |k: usize| kernel[k..].iter().step_by(bias.len());
        let sum = |k: usize| x.iter().zip(column(k)).map(|(x, w)| x * w).sum::<f64>() + bias[k];
        (0..bias.len()).map(sum).collect()
    };
    let samples = images.chunks(FEATURES).zip(targets.chunks(CLASSES));
    let losses = samples.map(|(image, target)| {
        let mut x: Vec<f64> = image.iter().map(|&x| f64::from(x)).collect();
        if hidden > 0 {
            x = dense(&x, kernel_1, bias_1).iter().map(|x| x.max(0.0)).collect();
        }
        let z = dense(&x, kernel_2, bias_2);
        let sum: f64 = z.iter().map(|z| z.exp()).sum();
        let terms = z.iter().zip(target).map(|(z, &t)| {
            let (t, s) = (f64::from(t), 1.0 / (1.0 + (-z).exp()));
            match head {
                Head::Softmax => -t * (z.exp() / sum).ln(),
                Head::Sigmoid => (-t * s.ln() - (1.0 - t) * (1.0 - s).ln()) / CLASSES as f64,
                Head::Linear => (z - t).powi(2) / CLASSES as f64,
            }
        });
        terms.sum::<f64>()
    });
    losses.sum::<f64>() / SAMPLES as f64
}

#[test]
fn gradients_are_central_differences() {
    let data = Clusters { len: SAMPLES, features: FEATURES, classes: CLASSES, spread: 0.7 };
    let (mut images, mut targets) = (vec![0.0; SAMPLES * FEATURES], vec![0.0; SAMPLES * CLASSES]);
    let places = images.chunks_mut(FEATURES).zip(targets.chunks_mut(CLASSES));
    for (index, (image, target)) in places.enumerate() {
        data.read(index, None, image, target).unwrap();
    }
    for (head, hidden) in
        [Head::Softmax, Head::Sigmoid, Head::Linear].into_iter().flat_map(|h| [(h, 0), (h, 7)])
    {
        let mut net = HandWritten::new(FEATURES, hidden, CLASSES, 3).head(head);
        let w: Vec<f64> = net.parameters().iter().map(|&x| f64::from(x)).collect();
        let mut gradient = vec![0.0; w.len()];
        let (mut losses, mut logits) = ([0.0; SAMPLES], [0.0; SAMPLES * CLASSES]);
        let loss = |index: usize, _: Output, z: &[f32], d: &mut [f32]| {
            let target = &targets[index * CLASSES..][..CLASSES];
            Loss::of(head).sample(z, target, 1.0 / SAMPLES as f32, d)
        };
        net.backward(&images, &loss, &mut losses, &mut logits, &mut gradient);
        let mean = |w: &[f64]| mean_loss(head, hidden, w, &images, &targets);
        let found = losses.iter().map(|&x| f64::from(x)).sum::<f64>() / SAMPLES as f64;
        assert!((found - mean(&w)).abs() < GRADIENT_ERROR);
        for (index, &found) in gradient.iter().enumerate() {
            let at = |by: f64| {
                let mut moved = w.clone();
                moved[index] += by;
                mean(&moved)
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let off = (f64::from(found) - difference).abs();
            assert!(off < GRADIENT_ERROR, "{head:?} {hidden} {index}: {found}, not {difference}");
        }
        assert!(gradient.iter().any(|g| g.abs() > 0.05), "gradients that tell nothing");
    }
}
