//! `cnn check`: every error of every file, as text and as JSON.

use crate::folder::{Folder, SIMPLE, not_there};
use serde_json::json;

/// Two mistakes in the model, one in a block that nothing calls.
const BROKEN: &str = "\
block unused(c) {
    cnov 3x3, c;
}
model M {
    input 8x8x3;
    convv 3x3, 8;
}
model N {
    input 4x4x1;
    conv 9x9, 2;
}
";

#[test]
fn a_sound_file_passes() {
    let folder = Folder::with("m.cnn", SIMPLE);
    assert_eq!(folder.cnn("check m.cnn").printed(), "m.cnn: no errors\n");
    assert_eq!(folder.cnn("check m.cnn --format json").printed(), "");
}

#[test]
fn every_model_and_block_is_checked() {
    let folder = Folder::with("m.cnn", BROKEN);
    let done = folder.cnn("check m.cnn --format json");
    assert_eq!((done.code, done.err.as_str()), (Some(1), ""));
    let places: Vec<(u64, String)> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .map(|error: serde_json::Value| {
            let code = error["code"].as_str().expect("a code").to_owned();
            (error["line"].as_u64().expect("a line"), code)
        })
        .collect();
    let wanted = [(2, "unknown_layer"), (6, "unknown_layer"), (10, "kernel_too_large")];
    assert_eq!(places, wanted.map(|(line, code)| (line, code.to_owned())));
}

#[test]
fn json_has_these_keys() {
    let folder = Folder::with("m.cnn", "model M {\n    input 8x8x3;\n    convv 3x3, 8;\n}\n");
    let done = folder.cnn("check m.cnn --format json");
    let error: serde_json::Value = serde_json::from_str(&done.out).expect("one line of JSON");
    let wanted = json!({
        "file": "m.cnn", "line": 3, "column": 5, "end_line": 3, "end_column": 10,
        "code": "unknown_layer", "message": "unknown layer `convv`",
        "notes": [], "help": ["did you mean `conv`?"],
    });
    assert_eq!(error, wanted);
}

#[test]
fn text_is_rustc_s() {
    let folder = Folder::with("m.cnn", "model M {\n    input 8x8x3;\n    convv 3x3, 8;\n}\n");
    let done = folder.cnn("check m.cnn");
    assert_eq!((done.code, done.err.as_str()), (Some(1), ""));
    let wanted = "\
error[unknown_layer]: unknown layer `convv`
 --> m.cnn:3:5
  |
3 |     convv 3x3, 8;
  |     ^^^^^
  |
  = help: did you mean `conv`?

";
    assert_eq!(done.out, wanted);
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let folder = Folder::with("good.cnn", SIMPLE);
    folder.write("bad.cnn", b"model M { input 8x8x3; convv 3x3, 8; }");
    let done = folder.cnn("check none.cnn bad.cnn good.cnn");
    assert_eq!(done.code, Some(1));
    assert_eq!(done.err, format!("error: cannot read `none.cnn`: {}\n", not_there()));
    assert!(done.out.contains("unknown layer `convv`"), "{}", done.out);
    assert!(done.out.ends_with("good.cnn: no errors\n"), "{}", done.out);
}

#[test]
fn a_named_model_is_checked_alone() {
    let folder = Folder::with("m.cnn", BROKEN);
    let done = folder.cnn("check m.cnn --model N --format json");
    assert_eq!(done.out.lines().count(), 1, "{}", done.out);
    assert!(done.out.contains("kernel_too_large"), "{}", done.out);
}

#[test]
fn parameters_are_part_of_the_check() {
    let text = "model M(k = 3) { input 8x8x3; conv [k, k], 4; }";
    let folder = Folder::with("m.cnn", text);
    folder.cnn("check m.cnn --param k=8").printed();
    let done = folder.cnn("check m.cnn --param k=9");
    assert_eq!(done.code, Some(1));
    assert!(done.out.contains("error[kernel_too_large]"), "{}", done.out);
}

#[test]
fn a_given_parameter_needs_no_default() {
    let folder = Folder::with("m.cnn", "model M(k) { input 8x8x3; conv [k, k], 4; }");
    folder.cnn("check m.cnn --param k=8").printed();
    let done = folder.cnn("check m.cnn --param k=9");
    assert!(done.out.contains("error[kernel_too_large]"), "{}", done.out);
    assert_eq!(done.out.matches("error[").count(), 1, "{}", done.out);
}

#[test]
fn a_model_or_parameter_that_is_not_there_is_one_line() {
    let text = "model Mine(k) { input 8x8x3; conv [k, k], 4; }\nmodel Wide = Mine(k = 3);\n";
    let folder = Folder::with("m.cnn", text);
    let cases = [
        ("--model Wiide", "there is no model `Wiide` in m.cnn, did you mean `Wide`?"),
        ("--model Other", "there is no model `Other` in m.cnn, models here are `Mine` and `Wide`"),
        ("--model Wide --param j=9", "`Mine` has no parameter `j`, `Mine` takes `k`"),
        ("--param k=3+", "--param k=3+: expected a value, found the end of the text"),
        (
            "--model Mine",
            "`Mine` has no value for its parameter `k` in m.cnn, give it a value: `k = 1000`",
        ),
    ];
    for (words, line) in cases {
        for command in ["check", "check --format json", "summary", "expand", "run --seed 1"] {
            folder.cnn(&format!("{command} m.cnn {words}")).misused(&format!("error: {line}"));
        }
    }
}

#[test]
fn a_used_file_s_errors_name_that_file() {
    let folder = Folder::with("m.cnn", "use \"b.cnn\"; model M { input 8x8x3; twice 3; }");
    folder.write("b.cnn", b"block twice(c) {\n    conv 3x3, c;\n    conv 9x9, c;\n}\n");
    let done = folder.cnn("check m.cnn");
    assert_eq!(done.code, Some(1));
    assert!(done.out.contains(" --> b.cnn:3:10\n"), "{}", done.out);
}
