//! Published networks: parameters and mult-adds to the last digit.

use super::programs::{layers, network, networks, output, with};
use cnn_dsl::ir::{Counts, Shape};

const SIMPLE: &str = "
/// The lecture's first model.
pub model SimpleCnn {
    input 28x28x1;
    conv 3x3, 3, relu;                     // -> 26x26x3
    conv 3x3, 3, relu        -> 24x24x3;   // an asserted output shape: checked
    flatten;
    dense 10, softmax;
}";

/// The lecture's table: 30 + 84 + 0 + 17,290 = 17,404.
#[test]
fn simple_cnn() {
    let network = network(SIMPLE);
    let rows = network.rows();
    let rows: Vec<(&str, u64)> = rows.iter().map(|r| (r.name.as_str(), r.parameters)).collect();
    assert_eq!(rows, [("conv1", 30), ("conv2", 84), ("flatten1", 0), ("dense1", 17_290)]);
    assert_eq!(network.counts().parameters, 17_404);
    let layers = layers(&network);
    let layers: Vec<(&str, &str)> = layers.iter().map(|(n, s)| (n.as_str(), s.as_str())).collect();
    assert_eq!(
        layers,
        [
            ("conv1", "26x26x3"),
            ("conv1.relu", "26x26x3"),
            ("conv2", "24x24x3"),
            ("conv2.relu", "24x24x3"),
            ("flatten1", "1728"),
            ("dense1", "10"),
            ("dense1.softmax", "10"),
        ]
    );
    assert_eq!(network.layers[0].text, "conv 3x3, 3, relu");
    assert_eq!(network.docs, [" The lecture's first model."]);
}

const MOBILENET: &str = include_str!("../../../examples/models/mobilenet.cnn");

/// The paper (Howard et al. 2017) prints 4.2 M and 569 M; exact figures by counting Keras' model.
#[test]
fn mobilenet_v1() {
    let networks = networks(MOBILENET);
    let network = &networks[0];
    let counts = Counts { parameters: 4_231_976, statistics: 21_888, mult_adds: 568_740_352 };
    assert_eq!(network.counts(), counts);
    assert_eq!(output(network), Shape::Vector(1000));
    let seventh = network.layers.iter().find(|l| l.name == "separable7.dw1.bn").expect("named so");
    assert_eq!(network.shape(seventh.outputs[0]).to_string(), "14x14x512");
    let last = network.layers.iter().find(|l| l.name == "separable13.conv1.relu6").expect("so");
    assert_eq!(network.shape(last.outputs[0]).to_string(), "7x7x1024");
    let preprocess = &network.inputs[0].preprocess;
    assert!(preprocess.bytes && !preprocess.bgr);
    assert_eq!(preprocess.scale.iter().map(|c| c.0).collect::<Vec<_>>(), [1.0 / 127.5; 3]);
    assert_eq!(preprocess.offset.iter().map(|c| c.0).collect::<Vec<_>>(), [-1.0; 3]);
    assert_eq!(networks[1].name, "MobileNet025");
    assert_eq!(output(&networks[1]), Shape::Vector(10));
}

/// Keras' `MobileNet(alpha=0.75)`: 2,601,976 with running statistics.
#[test]
fn mobilenet_v1_of_three_quarters() {
    let network = with(MOBILENET, "MobileNetV1", &[("alpha", "0.75")]);
    let counts = network.counts();
    assert_eq!(counts.parameters + counts.statistics, 2_601_976);
    let parameters: Vec<String> =
        network.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    assert_eq!(parameters, ["classes = 1000", "alpha = 0.75", "size = 224"]);
}

const RESNET: &str = "
block bottleneck(width, out, groups = 1, stride = 1) {
    let s = if stride != 1 || channels(last) != out { conv 1x1, out, stride stride, bn; };  // without `else`: `last` as it is
    conv 1x1, width, bn, relu;
    conv 3x3, width, stride stride, pad 1, groups groups, bn, relu;
    conv 1x1, out, bn;
    add s, relu;
}

pub model ResNet(layers = [3, 4, 6, 3], classes = 1000, size = 224, groups = 1, base = 64) {
    default bn eps 1e-5;
    input [size, size, 3];
    conv 7x7, 64, stride 2, pad 3, bn, relu;
    pool max 3x3, stride 2, pad 1;
    repeat stage in 0..len(layers) {
        const out = 256 * pow(2, stage);
        repeat i in 0..layers[stage] {
            bottleneck (base * groups * pow(2, stage)), out, groups groups, stride (if stage > 0 && i == 0 { 2 } else { 1 });
        }
    }
    pool avg global;
    dense classes, softmax;
}
";

/// torchvision's `resnet50`.
#[test]
fn resnet_50() {
    let counts = network(RESNET).counts();
    assert_eq!((counts.parameters, counts.mult_adds), (25_557_032, 4_089_184_256));
}
