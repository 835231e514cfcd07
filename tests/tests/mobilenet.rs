//! MobileNetV1: the paper's and Keras' figures, and the real network of width 0.75 with Keras' weights.

use std::path::Path;

use cnn_runtime::Load;
use safetensors::SafeTensors;

mod given;

mod models {
    cnn_runtime::include_models!();
}

use models::{Logits075, MobileNet075, MobileNetV1};

/// Keras' `MobileNet`: 4,253,864 parameters, 4,231,976 of them trainable; 568,740,352 mult-adds
/// (the paper prints 4.2 M and 569 M).
#[test]
fn s14_counts() {
    assert_eq!(MobileNetV1::PARAMETERS, 4_231_976);
    assert_eq!(MobileNetV1::MULT_ADDS, 568_740_352);
    let total: u64 = MobileNetV1::layers().iter().map(|l| l.parameters).sum();
    assert_eq!(total, 4_253_864);
    let before_the_pool = MobileNetV1::layers().iter().rfind(|l| l.kind.starts_with("conv"));
    assert_eq!(before_the_pool.expect("it has convolutions").outputs, [&[7, 7, 1024]]);
}

/// The real file has 2,601,976 numbers.
#[test]
fn counts_at_three_quarters() {
    let total: u64 = MobileNet075::layers().iter().map(|l| l.parameters).sum();
    assert_eq!(total, 2_601_976);
}

/// Keras' names of the layers, as renames of the file's names to the model's.
fn keras(folder: &Path) -> Load {
    Load::file(folder.join("mobilenet_v1_0.75_224.safetensors"))
        .rename("conv1_bn", "conv1.bn")
        .rename("conv_dw_{i}", "separable{i}.dw1")
        .rename("conv_dw_{i}_bn", "separable{i}.dw1.bn")
        .rename("conv_pw_{i}", "separable{i}.conv1")
        .rename("conv_pw_{i}_bn", "separable{i}.conv1.bn")
        .rename("conv_preds", "dense1")
}

fn floats(file: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let data = file.tensor(name).expect("the tensor is there").data();
    data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn largest_difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Logits and probabilities of both photos as Keras computes them: within 1e-4.
#[test]
fn real_weights_give_keras_logits() {
    let Some(folder) = given::shared("mobilenet_v1_0.75_224") else { return };
    let bytes = std::fs::read(folder.join("expected.safetensors")).expect("readable");
    let expected = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let images = expected.tensor("images_u8_nhwc").expect("the images").data();
    let (logits, probabilities) = (floats(&expected, "logits"), floats(&expected, "probs"));

    let head = Logits075::load(keras(&folder)).expect("every tensor is there");
    let whole = MobileNet075::load(keras(&folder)).expect("every tensor is there");
    for (photo, pixels) in images.chunks_exact(224 * 224 * 3).enumerate() {
        let image = pixels.as_chunks::<3>().0.as_chunks::<224>().0.as_chunks::<224>().0;
        let range = photo * 1000..(photo + 1) * 1000;
        let difference = largest_difference(&head.predict_u8(&image[0]), &logits[range.clone()]);
        assert!(difference <= 1e-4, "photo {photo}: logits differ by {difference}");
        let difference = largest_difference(&whole.predict_u8(&image[0]), &probabilities[range]);
        assert!(difference <= 1e-5, "photo {photo}: probabilities differ by {difference}");
    }
}
