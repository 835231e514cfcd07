//! Larger published networks: the figures of their reference implementations, to the last digit.

use super::programs::{network, output};

/// Parameters, mult-adds and the output's shape of a text's first model.
fn figures(text: &str) -> (u64, u64, String) {
    let network = network(text);
    let counts = network.counts();
    (counts.parameters, counts.mult_adds, output(&network).to_string())
}

const NASNET: &str = "
block sep(k, out, stride = 1) {
    relu; dw [k, k], stride stride; conv 1x1, out, bn;
    relu; dw [k, k];                conv 1x1, out, bn;
}
block factorized_reduction(f) {
    relu;
    concat { pool avg 1x1, stride 2; conv 1x1, (f / 2); },
           { pad (-1, 1, -1, 1); pool avg 1x1, stride 2; conv 1x1, (f / 2); };
    bn;
}
block fit(like: tensor, f) {                      // the older state in the shape of the newer one
    if height(last) != height(like) { factorized_reduction f; }
    else if channels(last) != f     { relu; conv 1x1, f, bn; }
}
block normal(p: tensor, f) {
    relu; conv 1x1, f, bn;
    let h = last;
    concat p,
        { add { sep 5, f from h; }, { sep 3, f from p; }; },
        { add { sep 5, f from p; }, { sep 3, f from p; }; },
        { add { pool avg 3x3 from h; }, p; },
        { add { pool avg 3x3 from p; }, { pool avg 3x3 from p; }; },
        { add { sep 3, f from h; }, h; };
}
block reduction(p: tensor, f) {
    relu; conv 1x1, f, bn;
    let h = last;
    let a = add { sep 5, f, stride 2 from h; }, { sep 7, f, stride 2 from p; };
    let b = add { pool max 3x3, stride 2 from h; }, { sep 7, f, stride 2 from p; };
    concat b,
        { add { pool avg 3x3, stride 2 from h; }, { sep 5, f, stride 2 from p; }; },
        { add { pool avg 3x3 from a; }, b; },
        { add { sep 3, f from a; }, { pool max 3x3, stride 2 from h; }; };
}
pub model NasNetALarge(classes = 1000, filters = 168, n = 6) {
    default conv no_bias, pad same;
    default dw no_bias, pad same;
    default pool pad same, stride 1;
    default bn eps 1e-3;
    input 331x331x3;
    conv 3x3, 96, stride 2, pad valid, bn         -> 165x165x96;
    let mut prev = last;
    reduction last, (filters / 4)                 -> [83, 83, filters];
    let stem = last;
    reduction { fit last, (filters / 2) from prev; }, (filters / 2) -> [42, 42, 2 * filters];
    prev = stem;
    repeat stage in 0..3 {
        const f = filters * pow(2, stage);
        if stage > 0 { reduction { fit last, f from prev; }, f; }
        repeat n { let cur = last; normal { fit cur, f from prev; }, f; prev = cur; }
    }
    relu; pool avg global; dropout 0.5; dense classes, softmax;
}
";

/// Cadene's and timm's `nasnetalarge`.
#[test]
fn nasnet_a_large() {
    assert_eq!(figures(NASNET), (88_753_150, 23_783_414_658, "1000".to_owned()));
}

const MOBILENET_V2: &str = "
block bottleneck(out, stride, expand) {
    let x = last;
    if expand != 1 { conv 1x1, (channels(last) * expand), bn, relu6; }
    dw 3x3, stride stride, pad 1, bn, relu6;
    conv 1x1, out, bn;
    if stride == 1 && channels(x) == out { add x; }
}
model MobileNetV2(classes = 1000) {
    input 224x224x3;
    conv 3x3, 32, stride 2, pad 1, bn, relu6;
    repeat (t, c, n, s) in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                            (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)] {
        repeat i in 0..n { bottleneck c, (if i == 0 { s } else { 1 }), t; }
    }
    conv 1x1, 1280, bn, relu6;
    pool avg global; dropout 0.2; dense classes;
}";

/// torchvision's `mobilenet_v2`.
#[test]
fn mobilenet_v2() {
    assert_eq!(figures(MOBILENET_V2), (3_504_872, 300_774_272, "1000".to_owned()));
}

const EFFICIENTNET_B0: &str = "
block mbconv(k, out, stride, expand, act = silu) {
    let x = last;
    if expand != 1 { conv 1x1, (channels(x) * expand), bn, act; }
    dw [k, k], stride stride, pad same, bn, act;
    mul { pool avg global; conv 1x1, (max(1, floor(channels(x) / 4))), act; conv 1x1, (channels(x) * expand), sigmoid; };
    conv 1x1, out, bn;
    if stride == 1 && channels(x) == out { drop_path 0.2; add x; }
}
model EfficientNetB0(classes = 1000) {
    input 224x224x3;
    conv 3x3, 32, stride 2, pad same, bn, silu;
    repeat (t, k, s, c, n) in [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
                               (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)] {
        repeat i in 0..n { mbconv k, c, stride (if i == 0 { s } else { 1 }), expand t; }
    }
    conv 1x1, 1280, bn, silu;
    pool avg global; dropout 0.2; dense classes;
}";

/// torchvision's `efficientnet_b0`.
#[test]
fn efficientnet_b0() {
    assert_eq!(figures(EFFICIENTNET_B0), (5_288_548, 385_814_752, "1000".to_owned()));
}

const SHUFFLENET_V2: &str = "
block branch(c, stride) {
    conv 1x1, c, bn, relu;
    dw 3x3, stride stride, pad 1, bn;
    conv 1x1, c, bn, relu;
}
block unit(c) {
    let (a, b) = split 2;
    concat a, { branch (c / 2), 1 from b; };
    shuffle 2;
}
block down(c) {
    concat { dw 3x3, stride 2, pad 1, bn; conv 1x1, (c / 2), bn, relu; }, { branch (c / 2), 2; };
    shuffle 2;
}
model ShuffleNetV2(classes = 1000) {
    default dw no_bias;
    input 224x224x3;
    conv 3x3, 24, stride 2, pad 1, bn, relu;
    pool max 3x3, stride 2, pad 1;
    repeat (c, n) in [(116, 4), (232, 8), (464, 4)] { down c; repeat (n - 1) { unit c; } }
    conv 1x1, 1024, bn, relu;
    pool avg global; dense classes;
}";

/// torchvision's `shufflenet_v2_x1_0`.
#[test]
fn shufflenet_v2() {
    assert_eq!(figures(SHUFFLENET_V2), (2_278_604, 144_907_992, "1000".to_owned()));
}

const DENSENET_121: &str = "
model DenseNet(layers = [6, 12, 24, 16], growth = 32, classes = 1000) {
    default conv no_bias;
    input 224x224x3;
    conv 7x7, (2 * growth), stride 2, pad 3, bn, relu;
    pool max 3x3, stride 2, pad 1;
    repeat stage in 0..len(layers) {
        if stage > 0 { bn, relu; conv 1x1, (channels(last) / 2); pool avg 2x2; }
        repeat (layers[stage]) {
            concat { bn, relu; conv 1x1, (4 * growth); bn, relu; conv 3x3, growth, pad 1; };
        }
    }
    bn, relu; pool avg global; dense classes;
}";

/// torchvision's `densenet121`.
#[test]
fn densenet_121() {
    assert_eq!(figures(DENSENET_121), (7_978_856, 2_834_161_664, "1000".to_owned()));
}
