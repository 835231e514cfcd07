//! What the README shows is what the command prints.

use crate::folder::Folder;

const README: &str = include_str!("../../../README.md");

/// The README's model with a wrong shape asserted behind its first layer.
const MISTAKE: &str = "\
pub model SimpleCnn {
    input 28x28x1;
    conv 3x3, 3, relu    -> 28x28x3;
    flatten;
    dense 10, softmax;
}
";

#[test]
fn the_error_is_a_real_one() {
    let folder = Folder::with("simple.cnn", MISTAKE);
    let done = folder.cnn("check simple.cnn");
    assert!(README.contains(&format!("```text\n{}\n```", done.out.trim_end())), "{}", done.out);
}

#[test]
fn the_model_is_a_real_one() {
    let (_, code) = README.split_once("cnn! {\n").expect("the first example");
    let (model, _) = code.split_once("\n}\n").expect("its end");
    let folder = Folder::with("simple.cnn", model);
    assert!(folder.cnn("summary simple.cnn").printed().contains("total parameters: 17,404\n"));
}
