//! The everyday networks, one configuration a family: few classes, a small image, and where a
//! network is large few blocks or filters. `tests/pytorch/everyday.py` makes the same in PyTorch.

use super::{assert_model, assert_small};
use crate::pytorch::everyday::*;
use crate::small;

#[test]
fn lenet5() {
    assert_model(("lenet5", "LeNet5"), &[], &LENET5);
}

#[test]
fn alexnet() {
    let small = [("classes", "10"), ("size", "63"), ("hidden", "16")];
    assert_model(("alexnet", "AlexNet"), &small, &ALEXNET);
}

#[test]
fn alexnet_two_groups() {
    assert_small(&small::ALEXNET_TWO_GROUPS, &ALEXNET_TWO_GROUPS);
}

#[test]
fn vgg() {
    let small = [
        ("classes", "10"),
        ("size", "64"),
        ("hidden", "12"),
        ("layers", "[1, 1, 2, 1, 1]"),
        ("filters", "[4, 8, 8, 16, 16]"),
    ];
    assert_model(("vgg16", "Vgg16"), &small, &VGG);
}

#[test]
fn mobilenet_v1() {
    let small = [("classes", "10"), ("size", "64"), ("alpha", "0.125")];
    assert_model(("mobilenet", "MobileNetV1"), &small, &MOBILENET_V1);
}

#[test]
fn mobilenet_v2() {
    let stages = "[(1, 8, 1, 1), (6, 16, 2, 2), (6, 24, 2, 2)]";
    let small = [("classes", "10"), ("size", "33"), ("alpha", "0.35"), ("stages", stages)];
    assert_model(("mobilenet_v2", "MobileNetV2"), &small, &MOBILENET_V2);
}

#[test]
fn mobilenet_v3() {
    let blocks = "[(3, 16, 16, false, relu, 1), (3, 32, 24, false, relu, 2),
                   (5, 40, 24, true, relu, 1), (5, 48, 32, true, hardswish, 2),
                   (3, 64, 32, false, hardswish, 1)]";
    let small = [("classes", "10"), ("size", "33"), ("hidden", "24"), ("blocks", blocks)];
    assert_model(("mobilenet_v3_large", "MobileNetV3Large"), &small, &MOBILENET_V3);
}

#[test]
fn efficientnet() {
    assert_small(&small::EFFICIENTNET, &EFFICIENTNET);
}

#[test]
fn squeezenet() {
    assert_small(&small::SQUEEZENET, &SQUEEZENET);
}

#[test]
fn shufflenet_v2() {
    let small = [
        ("classes", "10"),
        ("size", "33"),
        ("layers", "[2, 2, 1]"),
        ("filters", "[8, 16, 24]"),
        ("last_filters", "32"),
    ];
    assert_model(("shufflenet_v2", "ShuffleNetV2"), &small, &SHUFFLENET_V2);
}

#[test]
fn googlenet() {
    let small = [("classes", "10"), ("size", "33")];
    assert_model(("googlenet", "GoogLeNet"), &small, &GOOGLENET);
}

#[test]
fn inception_v3() {
    let small = [
        ("classes", "10"),
        ("size", "75"),
        ("early", "false"),
        ("pooled", "[32]"),
        ("sevens", "[7]"),
        ("fans", "1"),
    ];
    assert_model(("inception_v3", "InceptionV3"), &small, &INCEPTION_V3);
}

#[test]
fn densenet() {
    assert_small(&small::DENSENET, &DENSENET);
}

#[test]
fn unet() {
    assert_small(&small::UNET, &UNET);
}

#[test]
fn padded_unet() {
    let small = [("size", "16"), ("filters", "4"), ("padding", "1")];
    assert_model(("unet", "UNet"), &small, &UNET_PADDED);
}
