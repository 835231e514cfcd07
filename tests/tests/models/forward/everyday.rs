//! The everyday networks, one configuration a family: few classes, a small image, and where a
//! network is large few blocks or filters. `tests/pytorch/everyday.py` makes the same of torchvision.

use super::assert_model;
use crate::pytorch::everyday::*;

#[test]
fn mobilenet_v2() {
    let stages = "[(1, 8, 1, 1), (6, 16, 2, 2), (6, 24, 2, 2)]";
    let small = [("classes", "10"), ("size", "33"), ("alpha", "0.35"), ("stages", stages)];
    assert_model(("mobilenet_v2", "MobileNetV2"), &small, &MOBILENET_V2);
}
