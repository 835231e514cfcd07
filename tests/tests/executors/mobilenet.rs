//! Keras' MobileNetV1 of width 0.75 with its real weights, by renames from the file as it is: logits
//! and inner activations against what Keras and TensorFlow give. Skipped where the data is not there.

use std::path::Path;

use cnn_dsl::ir::ValueId;
use cnn_runtime::Load;
use cnn_runtime::dynamic::Input;
use cnn_runtime::reference;
use safetensors::SafeTensors;

use crate::given;
use crate::network::{distance, network, run_dynamic, weights};

const TEXT: &str = "
    block separable(out, stride = 1) {
        dw 3x3, stride stride, pad same, bn, relu6;
        conv 1x1, out, bn, relu6;
    }
    model MobileNet075 {
        const alpha = 0.75;
        input 224x224x3, u8, scale (1/127.5), offset -1;
        conv 3x3, (32 * alpha), stride 2, pad same, bn, relu6;
        repeat (out, s) in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1),
                            (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)] {
            separable (out * alpha), stride s;
        }
        pool avg global;
        dense 1000;
    }";

/// TensorFlow's own f32 was measured 1.6e-5 from the reference; the rest is room for an executor's
/// order of sums.
const LOGITS_WITHIN: f64 = 1e-4;
/// The same for activations, which reach 6: TensorFlow's were measured up to 7.7e-5 from the
/// reference.
const ACTIVATIONS_WITHIN: f64 = 5e-4;

/// The file's names of activations, and the layers that they are here.
const INNER: [(&str, &str); 4] = [
    ("cat.conv1_relu", "conv1"),
    ("cat.conv_dw_2_relu", "separable2.dw1"),
    ("cat.conv_pw_6_relu", "separable6.conv1"),
    ("cat.conv_pw_13_relu", "separable13.conv1"),
];

fn load(folder: &Path) -> Load {
    Load::file(folder.join("mobilenet_v1_0.75_224.safetensors"))
        .rename("conv1_bn", "conv1.bn")
        .rename("conv_dw_{i}", "separable{i}.dw1")
        .rename("conv_dw_{i}_bn", "separable{i}.dw1.bn")
        .rename("conv_pw_{i}", "separable{i}.conv1")
        .rename("conv_pw_{i}_bn", "separable{i}.conv1.bn")
        .rename("conv_preds", "dense1")
}

fn floats(content: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let tensor = content.tensor(name).expect("the tensor is there");
    tensor.data().as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect()
}

/// Both photos by the dynamic executor, the first one by the reference as well.
#[test]
fn logits_and_activations_are_keras() {
    let Some(folder) = given::shared("mobilenet_v1_0.75_224") else { return };
    let bytes = std::fs::read(folder.join("expected.safetensors")).expect("it can be read");
    let expected = SafeTensors::deserialize(&bytes).expect("a sound file");
    let logits = floats(&expected, "logits");
    let images = expected.tensor("images_u8_nhwc").expect("the tensor is there");

    let network = network(TEXT);
    let weights = weights(&network, &load(&folder));
    let mut keep = vec![network.outputs[0].value];
    keep.extend(INNER.map(|(_, layer)| network.value_of(layer).expect("a layer of the text")));
    let check = |photo: usize, executor: &str, value: usize, distance: f64| {
        let within = if value == 0 { LOGITS_WITHIN } else { ACTIVATIONS_WITHIN };
        assert!(distance <= within, "photo {photo}, {executor}, value {value}: {distance}");
    };
    for (photo, image) in images.data().chunks(224 * 224 * 3).enumerate() {
        let dynamic = run_dynamic(&network, &weights, Input::Bytes(image), &keep);
        let logits = &logits[photo * 1000..][..1000];
        check(photo, "dynamic", 0, distance(&dynamic[0], logits));
        if photo > 0 {
            continue;
        }
        let exact = reference::run(&network, &weights, &[Input::Bytes(image)]);
        let exact = |id: ValueId| &exact[id.0];
        check(photo, "reference", 0, distance(exact(keep[0]), logits));
        for (value, (name, _)) in (1..).zip(INNER) {
            let activations = floats(&expected, name);
            check(photo, "dynamic", value, distance(&dynamic[value], &activations));
            check(photo, "reference", value, distance(exact(keep[value]), &activations));
        }
    }
}
