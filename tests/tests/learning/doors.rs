//! Training asked for from outside a model's text, and weights of compile time that go on to be trained.

use crate::numbers;
use cnn_dsl::build::Build;
use cnn_runtime::train::{Fit, Verbose};
use ndarray::Array4;

cnn_runtime::include_model!("tests/learning/lecture.cnn", Lecture, train);
cnn_runtime::include_model!("tests/learning/lecture.cnn", Lecture as Three, train, classes = 3);

cnn_runtime::cnn! {
    /// The little network of the weight files' seeds, trained on from there.
    model Embedded {
        input 2x2x1;
        flatten;
        dense 3;
        weights "tests/learning/dense.safetensors";
        train;
    }
}

#[test]
fn a_model_is_trained_that_does_not_say_so() {
    let mut net = Three::init(1);
    let before = numbers!(net);
    let images = Array4::from_elem((6, 13, 13, 1), 0.5);
    let settings = Fit { verbose: Verbose::Silent, ..Fit::default() };
    let history = net.fit(&images, &[0, 1, 2, 0, 1, 2], settings).expect("it trains");
    assert_eq!(history.epochs.len(), 1);
    assert_ne!(numbers!(net), before);
    assert_eq!(Lecture::OUTPUT, [10]);
}

#[test]
fn embedded_weights_are_what_training_begins_with() {
    let mut net = Embedded::pretrained();
    let mut loaded = Embedded::load("tests/learning/dense.safetensors").expect("its own file");
    assert_eq!(numbers!(net), numbers!(loaded));
    let image = [[[1.0], [2.0]], [[3.0], [4.0]]];
    assert_eq!(net.predict(&image), loaded.predict(&image));
    let images = Array4::from_shape_vec((1, 2, 2, 1), vec![1.0, 2.0, 3.0, 4.0]).expect("an image");
    let settings = || Fit { verbose: Verbose::Silent, ..Fit::default() };
    net.fit(&images, &[[0.5, 0.25, 1.0]][..], settings()).expect("it trains");
    loaded.fit(&images, &[[0.5, 0.25, 1.0]][..], settings()).expect("it trains");
    assert_eq!(numbers!(net), numbers!(loaded));
    assert_ne!(numbers!(net), numbers!(Embedded::pretrained()));
}

/// The code of a build that asks for training is that of a text that says it; `model` chooses.
#[test]
fn a_build_script_asks_for_training() {
    let folder = tempfile::tempdir().expect("a folder");
    let text =
        "model A { input 8; dense 3; }\nmodel B { input 8; let x = last; dense 8; add x; }\n";
    let path = folder.path().join("m.cnn");
    let code = |text: &str, say: &dyn Fn(Build) -> Build| {
        std::fs::write(&path, text).expect("it is written");
        say(Build::new().file(&path)).out_dir(folder.path()).compile().expect("it compiles");
        std::fs::read_to_string(folder.path().join("m.rs")).expect("it is there")
    };
    let said = text.replace("; }", "; train; }");
    assert_eq!(code(text, &Build::train), code(&said, &|build| build));
    let one = code(text, &|build| build.model("B").train());
    assert!(one.contains("struct BInference") && !one.contains("struct A"));
    let unsaid = code(text, &|build| build);
    assert!(!unsaid.contains("Inference"));
    // Gradients of weights are left out where these are frozen at run time.
    let bare: String = one.split_whitespace().collect();
    assert!(bare.contains("if!frozen[0]"), "{one}");

    let error = Build::new().train().file(&path).out_dir(folder.path()).compile().unwrap_err();
    assert_eq!(error.to_string(), "`train` was named before any file; call `file` first");
}
