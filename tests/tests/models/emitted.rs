//! The small configurations as emitted code: what users run, against PyTorch's literals.

use cnn_dsl::ir::Network;
use cnn_runtime::Loadable;

use crate::forward::{Expected, ROUNDINGS};
use crate::pytorch::{everyday as pytorch, leaderboard};
use crate::small::{self, Small};
use crate::{formula, zoo};

mod models {
    use cnn_runtime as __cnn;

    include!(concat!(env!("OUT_DIR"), "/small/cnn_models.rs"));
}

/// The emitted net with the formula's weights, and the formula's image.
fn net<M: Loadable>(small: &Small) -> (M, Vec<u8>) {
    let network: Network = zoo::network(small.file, small.model, small.parameters);
    let bytes = formula::bytes(network.shape(network.inputs[0].value));
    (M::load(formula::load(&network)).unwrap_or_else(|error| panic!("{error}")), bytes)
}

/// Bytes as images.
fn images<const H: usize, const W: usize, const C: usize>(bytes: &[u8]) -> &[[[[u8; C]; W]; H]] {
    bytes.as_chunks::<C>().0.as_chunks::<W>().0.as_chunks::<H>().0
}

/// A softmax moves by at most half of what its logits move in the largest of them (the rows of its
/// Jacobian sum to `2p(1 - p)` in absolute values), and `f32` rounds the result itself.
fn assert_probabilities<const K: usize>(ours: &[[f32; K]], expected: &Expected) {
    let logits = expected.logits.as_chunks::<K>().0;
    assert_eq!(ours.len(), logits.len());
    let allowed = ROUNDINGS * (expected.single / 2.0 + f64::from(f32::EPSILON));
    for (ours, logits) in ours.iter().zip(logits) {
        let sum: f64 = logits.iter().map(|x| x.exp()).sum();
        for (p, x) in ours.iter().zip(logits) {
            let distance = (f64::from(*p) - x.exp() / sum).abs();
            assert!(distance <= allowed, "{p} for a logit of {x}, {distance} away");
        }
    }
}

/// The executors' bound, for models that are compiled without their softmax.
fn assert_logits<const K: usize>(ours: [f32; K], expected: &Expected) {
    assert_eq!(expected.logits.len(), K);
    for (x, logit) in ours.iter().zip(expected.logits) {
        let distance = (f64::from(*x) - logit).abs();
        assert!(distance <= ROUNDINGS * expected.single, "{x} for {logit}, {distance} away");
    }
}

#[test]
fn efficientnet() {
    let (net, bytes) = net::<models::EfficientNetB0>(&small::EFFICIENTNET);
    let found = net.predict_u8(&images::<65, 65, 3>(&bytes)[0]);
    assert_probabilities::<10>(&[found], &pytorch::EFFICIENTNET);
}

#[test]
fn densenet() {
    let (net, bytes) = net::<models::DenseNet121>(&small::DENSENET);
    let found = net.predict_u8(&images::<33, 33, 3>(&bytes)[0]);
    assert_probabilities::<10>(&[found], &pytorch::DENSENET);
}

#[test]
fn squeezenet() {
    let (net, bytes) = net::<models::SqueezeNet11>(&small::SQUEEZENET);
    let found = net.predict_u8(&images::<37, 37, 3>(&bytes)[0]);
    assert_probabilities::<10>(&[found], &pytorch::SQUEEZENET);
}

#[test]
fn senet() {
    let (net, bytes) = net::<models::SENet154>(&small::SENET);
    let found = net.predict_u8(&images::<32, 32, 3>(&bytes)[0]);
    assert_probabilities::<5>(&[found], &leaderboard::SENET);
}

#[test]
fn dpn() {
    let (net, bytes) = net::<models::Dpn131>(&small::DPN);
    let found = net.predict_u8(&images::<32, 32, 3>(&bytes)[0]);
    assert_probabilities::<5>(&[found], &leaderboard::DPN);
}

#[test]
fn unet() {
    let (net, bytes) = net::<models::UNet>(&small::UNET);
    let found = net.predict_u8(&images::<188, 188, 1>(&bytes)[0]);
    assert_probabilities::<2>(found.as_flattened(), &pytorch::UNET);
}

#[test]
fn alexnet_two_groups() {
    let (net, bytes) = net::<models::AlexNetTwoGroups>(&small::ALEXNET_TWO_GROUPS);
    let found = net.predict_u8(&images::<67, 67, 3>(&bytes)[0]);
    assert_logits(found, &pytorch::ALEXNET_TWO_GROUPS);
}

#[test]
fn amoebanet_a() {
    let (net, bytes) = net::<models::AmoebaNetA>(&small::AMOEBANET_A);
    let found = net.predict_u8(&images::<35, 35, 3>(&bytes)[0]);
    assert_logits(found, &leaderboard::AMOEBANET_A);
}

#[test]
fn amoebanet_b() {
    let (net, bytes) = net::<models::AmoebaNetB>(&small::AMOEBANET_B);
    let found = net.predict_u8(&images::<35, 35, 3>(&bytes)[0]);
    assert_logits(found, &leaderboard::AMOEBANET_B);
}

#[test]
fn amoebanet_c() {
    let (net, bytes) = net::<models::AmoebaNetC>(&small::AMOEBANET_C);
    let found = net.predict_u8(&images::<35, 35, 3>(&bytes)[0]);
    assert_logits(found, &leaderboard::AMOEBANET_C);
}
