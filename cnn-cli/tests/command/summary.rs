//! `cnn summary`: the figures of the lecture's model and of MobileNetV1, in three formats.

use crate::folder::{Folder, SIMPLE};
use serde_json::{Value, json};

/// The text of the language reference.
const MOBILENET: &str = include_str!("../../../examples/models/mobilenet.cnn");

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The lecture's table: 30, 84, 0 and 17,290 parameters, 17,404 in all.
#[test]
fn json_holds_the_lecture_s_figures() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let report = folder.cnn("summary m.cnn --format json").json();
    let mut found = keys(&report);
    found.sort_unstable();
    let wanted = [
        "arena_bytes",
        "input",
        "layers",
        "model",
        "mult_adds",
        "non_trainable_parameters",
        "output",
        "total_parameters",
        "trainable_parameters",
        "weight_bytes",
    ];
    assert_eq!(found, wanted);
    assert_eq!(report["model"], "SimpleCnn");
    assert_eq!(report["input"], json!([28, 28, 1]));
    assert_eq!(report["output"], json!([10]));
    // 26*26 pixels of 3x3x1 taps for 3 filters; 24*24 of 3x3x3 for 3; 1728 by 10.
    let rows = [
        ("conv1", "conv", json!([26, 26, 3]), 30, 26 * 26 * 9 * 3),
        ("conv2", "conv", json!([24, 24, 3]), 84, 24 * 24 * 27 * 3),
        ("flatten1", "flatten", json!([1728]), 0, 0),
        ("dense1", "dense", json!([10]), 17_290, 17_280),
    ];
    let layers = report["layers"].as_array().expect("a list");
    assert_eq!(layers.len(), rows.len());
    for (layer, (name, kind, output, parameters, mult_adds)) in layers.iter().zip(rows) {
        let wanted = json!({
            "name": name, "kind": kind, "output": output, "parameters": parameters,
            "trainable": parameters, "mult_adds": mult_adds,
        });
        assert_eq!(*layer, wanted);
    }
    assert_eq!(report["total_parameters"], 17_404);
    assert_eq!(report["trainable_parameters"], 17_404);
    assert_eq!(report["non_trainable_parameters"], 0);
    assert_eq!(report["mult_adds"], 26 * 26 * 27 + 24 * 24 * 81 + 17_280);
    // At least every weight once, and the largest value between two layers.
    assert!(report["weight_bytes"].as_u64() >= Some(17_404 * 4));
    assert!(report["arena_bytes"].as_u64() >= Some(26 * 26 * 3 * 4));
}

#[test]
fn text_is_the_keras_table() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let text = folder.cnn("summary m.cnn").printed();
    let (table, _) = text.split_once("arena:").expect("bytes at the end");
    let wanted = "\
model SimpleCnn
input 28x28x1
_______________________________________________________________________
layer                    output shape  parameters  mult-adds
=======================================================================
conv1 (conv, relu)       26x26x3               30     18,252  trainable
conv2 (conv, relu)       24x24x3               84     46,656  trainable
flatten1 (flatten)       1728                   0          0
dense1 (dense, softmax)  10                17,290     17,280  trainable
=======================================================================
total parameters: 17,404
trainable parameters: 17,404
non-trainable parameters: 0
mult-adds: 82,188
";
    assert_eq!(table, wanted);
}

#[test]
fn markdown_is_a_table() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let text = folder.cnn("summary m.cnn --format markdown").printed();
    assert!(
        text.contains("| conv1 (conv, relu) | 26x26x3 | 30 | 18,252 | trainable |\n"),
        "{text}"
    );
    assert!(text.contains("- total parameters: 17,404\n"), "{text}");
}

/// With running statistics 4,253,864 parameters, as `keras.applications.MobileNet` prints; the
/// thinner one's 2,601,976 are the elements of Keras' published weight file.
#[test]
fn parameters_and_models_are_chosen_on_the_command_line() {
    let folder = Folder::with("m.cnn", MOBILENET);
    let full = folder.cnn("summary m.cnn --format json").json();
    assert_eq!(full["total_parameters"], 4_253_864);
    assert_eq!(full["trainable_parameters"], 4_231_976);
    assert_eq!(full["non_trainable_parameters"], 4_253_864 - 4_231_976);
    assert_eq!(full["mult_adds"], 568_740_352);
    let thin = folder.cnn("summary m.cnn --param alpha=0.75 --format json").json();
    assert_eq!(thin["total_parameters"], 2_601_976);
    let small = folder.cnn("summary m.cnn --param size=32 --param classes=5 --format json").json();
    assert_eq!((&small["input"], &small["output"]), (&json!([32, 32, 3]), &json!([5])));
    let instance = folder.cnn("summary m.cnn --model MobileNet025 --format json").json();
    assert_eq!((&instance["model"], &instance["output"]), (&json!("MobileNet025"), &json!([10])));
}

#[test]
fn preprocessing_is_shown() {
    let folder = Folder::with("m.cnn", MOBILENET);
    let text = folder.cnn("summary m.cnn").printed();
    assert!(text.contains("\ninput 224x224x3, u8, scale 0.007843138, offset -1\n"), "{text}");
}

#[test]
fn several_inputs_and_outputs_are_lists() {
    let text = "model Two { input a: 4x4x2; input b: 8; let x = b; flatten; dense 3; let y = last; dense 2 from x; output y, last; }";
    let folder = Folder::with("m.cnn", text);
    let report = folder.cnn("summary m.cnn --format json").json();
    assert_eq!(report["input"], json!([[4, 4, 2], [8]]));
    assert_eq!(report["output"], json!([[3], [2]]));
}

#[test]
fn errors_of_the_model_go_to_standard_error() {
    let folder = Folder::with("m.cnn", "model M { input 4x4x1; convv 3x3, 2; }");
    for words in [
        "summary m.cnn",
        "summary m.cnn --format json",
        "expand m.cnn",
        "run m.cnn --seed 1",
        "bench m.cnn",
        "explain m.cnn",
    ] {
        let done = folder.cnn(words);
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
        assert!(
            done.err.starts_with("error[unknown_layer]: unknown layer `convv`"),
            "{}",
            done.err
        );
        assert!(done.err.contains(" --> m.cnn:1:24\n"), "{}", done.err);
    }
}
