//! A network of VGG's shape with PyTorch's weights: the dense layer behind `flatten` takes its image
//! in the order channels, height, width. Files and logits are those of `tests/pytorch/vgg.py`.

use cnn_runtime::Load;
use cnn_runtime::dynamic::Input;
use cnn_runtime::reference;
use cnn_weights::{Flatten, Tensor};

use crate::network::{data, distance, network, run_dynamic, weights};

const TEXT: &str = "
    model Vgg {
        input 6x4x2;
        conv 3x3, 4, pad 1, relu;
        pool max 2x2;
        flatten;
        dense 5, relu;
        dense 3;
    }";

/// PyTorch 2.15 in f64, with the f32 weights and with the same rounded to f16.
const LOGITS: [f64; 3] = [0.5417317915348281, -0.28670450112918455, -0.2950274911797778];
const LOGITS_F16: [f64; 3] = [0.5418592323471465, -0.28671526494728317, -0.29511500586711037];

/// What `f64` rounds in sums of at most 25 numbers near 1.
const ROUNDED_IN_F64: f64 = 1e-14;

fn image() -> Vec<f32> {
    (0..6 * 4 * 2).map(|i| ((i * 7 % 23) as f32 - 11.0) / 4.0).collect()
}

fn load(file: &str) -> Load {
    Load::file(data(file))
        .rename("features.0", "conv1")
        .rename("classifier.0", "dense1")
        .rename("classifier.3", "dense2")
}

fn assert_logits(load: &Load, expected: &[f64; 3]) {
    let network = network(TEXT);
    let weights = weights(&network, load);
    let (image, output) = (image(), network.outputs[0].value);
    let logits = &reference::evaluate(&network, &weights, &[Input::F32(&image)])[output.0];
    let numbers: Vec<f64> = logits.elements.iter().map(|x| x.value).collect();
    assert!(distance(&numbers, expected) <= ROUNDED_IN_F64, "reference: {numbers:?}");

    let dynamic = run_dynamic(&network, &weights, Input::F32(&image), &[output]).remove(0);
    for (x, logit) in dynamic.iter().zip(&logits.elements) {
        assert!((f64::from(*x) - logit.value).abs() <= logit.bound, "dynamic: {dynamic:?}");
    }
}

#[test]
fn logits_are_pytorchs() {
    assert_logits(&load("vgg.safetensors"), &LOGITS);
    assert_logits(&load("vgg_f16.safetensors"), &LOGITS_F16);
}

/// Saved under Keras' names and layouts, the same weights come back without renames.
#[test]
fn saved_weights_give_the_same_logits() {
    let network = network(TEXT);
    let tensors: Vec<Tensor> = network.tensors().cloned().collect();
    let values = weights(&network, &load("vgg.safetensors"));
    let bytes = cnn_weights::to_bytes(&tensors, &values).expect("serializes");
    assert_logits(&Load::bytes(bytes), &LOGITS);
}

/// Taken as height, width, channels, the same file gives another network.
#[test]
fn the_order_of_flatten_matters() {
    let network = network(TEXT);
    let weights = weights(&network, &load("vgg.safetensors").flatten(Flatten::Hwc));
    let values = reference::run(&network, &weights, &[Input::F32(&image())]);
    assert!(distance(&values[network.outputs[0].value.0], &LOGITS) > 0.01);
}
