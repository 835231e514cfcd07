//! The lecture's leaderboard, one configuration a family, AmoebaNet's three cells: five classes, a
//! small image, few blocks. `tests/pytorch/leaderboard.py` makes the same in PyTorch.

use super::{assert_model, assert_small};
use crate::pytorch::leaderboard::*;
use crate::small;

const TWO_STAGES: [(&str, &str); 3] = [("classes", "5"), ("size", "32"), ("layers", "[1, 2]")];

#[test]
fn resnet18() {
    assert_model(("resnet18", "ResNet18"), &TWO_STAGES, &RESNET_18);
}

#[test]
fn resnet50() {
    assert_model(("resnet50", "ResNet50"), &TWO_STAGES, &RESNET_50);
}

/// An odd size, so that the averaged shortcut has windows beyond its border.
#[test]
fn resnet_v1d() {
    let small = [("classes", "5"), ("size", "31"), ("layers", "[1, 2]")];
    assert_model(("resnet_v1d", "ResNet101V1d"), &small, &RESNET_V1D);
}

#[test]
fn resnext() {
    let small = [&TWO_STAGES[..], &[("groups", "8")]].concat();
    assert_model(("resnext101_64x4d", "ResNeXt101"), &small, &RESNEXT);
}

#[test]
fn senet() {
    assert_small(&small::SENET, &SENET);
}

#[test]
fn dpn() {
    assert_small(&small::DPN, &DPN);
}

#[test]
fn pyramidnet() {
    let small = [("classes", "5"), ("size", "33"), ("layers", "[1, 2]")];
    let thin = [("alpha", "20"), ("stem", "8")];
    assert_model(("pyramidnet200", "PyramidNet200"), &[&small[..], &thin].concat(), &PYRAMIDNET);
}

const INCEPTION: [(&str, &str); 3] = [("classes", "5"), ("size", "75"), ("layers", "[1, 1, 1]")];

#[test]
fn inception_resnet() {
    assert_model(("inception_resnet_v2", "InceptionResNetV2"), &INCEPTION, &INCEPTION_RESNET);
}

#[test]
fn polynet() {
    assert_model(("polynet", "PolyNet"), &INCEPTION, &POLYNET);
}

/// Six cells a stage, as published. The sizes of the states are odd and even as at 331: Cadene's
/// modules pad by hand what they expect there.
#[test]
fn nasnet() {
    let small = [("classes", "5"), ("size", "43"), ("filters", "8"), ("stem", "8")];
    assert_model(("nasnet_a_large", "NasNetALarge"), &small, &NASNET);
}

#[test]
fn pnasnet() {
    let small = [("classes", "5"), ("size", "43"), ("filters", "8"), ("stem", "8"), ("n", "2")];
    assert_model(("pnasnet5_large", "PNasNet5Large"), &small, &PNASNET);
}

#[test]
fn amoebanet_a() {
    assert_small(&small::AMOEBANET_A, &AMOEBANET_A);
}

#[test]
fn amoebanet_b() {
    assert_small(&small::AMOEBANET_B, &AMOEBANET_B);
}

#[test]
fn amoebanet_c() {
    assert_small(&small::AMOEBANET_C, &AMOEBANET_C);
}
