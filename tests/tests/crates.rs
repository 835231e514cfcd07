//! Users' crates (`tests/crates`, `examples/build_rs`), built by cargo as their users would: another
//! name for the runtime, a third crate's macro, both editions, the strictest lints, build scripts,
//! mistakes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The crates whose models hold no mistake.
const SOUND: [&str; 6] = ["built", "renamed", "shadowed", "strict", "through_macro", "wrapper"];

/// What is wrong in the models of `broken` and `broken_build`, in the order of the text.
const MISTAKES: [&str; 2] = ["shape_mismatch", "unknown_layer"];

/// What is wrong in `broken_include`, and the text that each is shown at.
const INCLUDED_MISTAKES: [(&str, &str); 7] = [
    ("shape_mismatch", "\"broken.cnn\""),
    ("unknown_model", "Soun"),
    ("unknown_parameter", "klasses"),
    ("unexpected_token", "+"),
    ("unreadable_file", "\"nowhere.cnn\""),
    ("not_utf8", "\"bytes.cnn\""),
    ("missing_semicolon", "\"blocks.cnn\""),
];

#[test]
fn the_crates_pass_clippy_as_strict_as_they_ask_for() {
    let _one = one_cargo_at_a_time();
    if !runs("clippy") {
        println!("skipped: cargo clippy is not installed");
        return;
    }
    let output = cargo("clippy", &[&["--all-targets"], of(&SOUND).as_slice()].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let warned = text(&output.stderr).contains("warning:");
    assert!(!warned, "{}", text(&output.stderr));
    let output = example("clippy", &["--all-targets", "--", "-D", "warnings"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn the_crates_models_run() {
    let _one = one_cargo_at_a_time();
    let output = cargo("test", &[&["--lib"], of(&SOUND).as_slice()].concat());
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    for test in [
        "every_model_runs",
        "an_expression_keeps_its_precedence",
        "parameters_and_instances_arrive",
        "weights_are_embedded_by_every_door",
    ] {
        assert!(text(&output.stdout).contains(&format!("tests::{test} ... ok")), "{test}");
    }
}

#[test]
fn a_build_script_names_every_file_that_it_read() {
    let _one = one_cargo_at_a_time();
    let output = cargo("check", &of(&["built"]));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let build = target().join("debug/build");
    let newest = std::fs::read_dir(&build)
        .expect("build scripts ran")
        .map(|entry| entry.expect("an entry").path().join("output"))
        .filter(|path| slashes(&path.to_string_lossy()).contains("/built-") && path.exists())
        .max_by_key(|path| std::fs::metadata(path).and_then(|m| m.modified()).expect("a time"))
        .expect("the script's output");
    let printed = slashes(&std::fs::read_to_string(newest).expect("the script's output"));
    let mut tracked: Vec<_> =
        printed.lines().filter_map(|line| line.strip_prefix("cargo::rerun-if-changed=")).collect();
    tracked.sort_unstable();
    assert_eq!(
        tracked,
        [
            "models",
            "models/digits.cnn",
            "models/more/blocks.cnn",
            "pretrained.cnn",
            "tunable.cnn",
            "weights/sixteen.safetensors",
        ]
    );
}

#[test]
fn a_mistake_in_a_macro_is_the_only_error() {
    let _one = one_cargo_at_a_time();
    let errors =
        errors(&cargo("check", &[&of(&["broken"])[..], &["--message-format=json"]].concat()));
    assert_eq!(codes(&errors), MISTAKES, "{errors:#?}");
    let under: Vec<_> = errors.iter().map(under_the_caret).collect();
    assert_eq!(under, ["28x28x3", "convv"]);
}

#[test]
fn mistakes_of_included_files_stand_at_the_string_that_names_them() {
    let _one = one_cargo_at_a_time();
    let arguments = [&of(&["broken_include"])[..], &["--message-format=json"]].concat();
    let errors = errors(&cargo("check", &arguments));
    let shown: Vec<_> = codes(&errors)
        .into_iter()
        .zip(errors.iter().map(under_the_caret))
        .map(|(code, under)| format!("{code} {under}"))
        .collect();
    assert_eq!(
        shown,
        INCLUDED_MISTAKES.map(|(code, under)| format!("{code} {under}")),
        "{errors:#?}"
    );
    let rendered = errors[0]["rendered"].as_str().expect("a report");
    assert!(rendered.contains("--> broken.cnn:3:26"), "{rendered}");
}

#[test]
fn a_mistake_in_a_file_is_the_only_error_and_fails_no_build_script() {
    let _one = one_cargo_at_a_time();
    let arguments = [&of(&["broken_build"])[..], &["--message-format=json"]].concat();
    let errors = errors(&cargo("check", &arguments));
    assert_eq!(codes(&errors), MISTAKES, "{errors:#?}");
    let rendered = errors[0]["rendered"].as_str().expect("a report");
    assert!(rendered.contains("--> models/broken.cnn:3:"), "{rendered}");
}

#[test]
fn rust_analyzer_shows_the_mistakes_and_no_other_error() {
    let _one = one_cargo_at_a_time();
    let version = Command::new("rust-analyzer").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("skipped: rust-analyzer is not installed");
        return;
    }
    // It reads the whole workspace from any of its crates.
    let output = Command::new("rust-analyzer")
        .arg("diagnostics")
        .arg(crates().join("strict"))
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("rust-analyzer runs");
    let shown = text(&output.stdout);
    if shown.contains("unresolved macro `format!`") {
        println!(
            "skipped: rust-analyzer finds no standard library (rustup component add rust-src)"
        );
        return;
    }
    let codes_in = |name: &str| -> Vec<String> {
        let mine = format!("at crate {name}, ");
        shown
            .lines()
            .filter_map(|line| line.split_once(&mine).map(|(_, said)| said))
            .filter(|said| said.contains(": Error "))
            .map(|said| match said.split_once(": [") {
                Some((_, code)) => code.split(']').next().unwrap_or_default().to_owned(),
                None => said.to_owned(),
            })
            .collect()
    };
    let mistakes = |name: &str, codes: &[&str]| {
        let (mut shown, mut codes) = (codes_in(name), codes.to_vec());
        shown.sort();
        codes.sort_unstable();
        assert_eq!(shown, codes, "{name}");
    };
    mistakes("broken", &MISTAKES);
    mistakes("broken_build", &MISTAKES);
    mistakes("broken_include", &INCLUDED_MISTAKES.map(|(code, _)| code));
    for name in SOUND {
        mistakes(name, &[]);
    }
}

#[test]
fn the_example_with_a_build_script_runs() {
    let _one = one_cargo_at_a_time();
    let output = example("run", &["--quiet"]);
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    // F filters: 9 F and 9 F * 2 F weights, gamma and beta for 3 F channels, (7 * 7 * 2 F + 1) * 10.
    for line in ["trainable parameters: 9,122", "small: 2072 parameters", "wide: 50282 parameters"]
    {
        assert!(said.lines().any(|said| said == line), "`{line}` is missing in:\n{said}");
    }
    assert!(said.lines().any(|said| said.starts_with("9: ") && said.ends_with(" %")), "{said}");
}

/// Cargo locks its target folder anyway; without this every waiting test would look hung.
fn one_cargo_at_a_time() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("crates")
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("crates")
}

fn of<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().flat_map(|name| ["-p", name]).collect()
}

/// What cargo says of the crates.
fn cargo(command: &str, arguments: &[&str]) -> Output {
    cargo_in(&crates(), command, arguments).output().expect("cargo runs")
}

/// What cargo says of the example, which is no member of any other workspace. Its profile is made the
/// crates' own here, so that what they have built serves it too.
fn example(command: &str, arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/build_rs");
    let profile = [
        ("CARGO_PROFILE_DEV_DEBUG", "false"),
        ("CARGO_PROFILE_DEV_INCREMENTAL", "false"),
        ("CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL", "0"),
    ];
    cargo_in(&folder, command, arguments).envs(profile).output().expect("cargo runs")
}

/// Cargo on a workspace, offline and with the versions that the repository itself is built with.
fn cargo_in(workspace: &Path, command: &str, arguments: &[&str]) -> Command {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(lock, workspace.join("Cargo.lock")).expect("the lock file is copied");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([command, "--offline"])
        .args(arguments)
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS");
    cargo
}

fn runs(command: &str) -> bool {
    let output = Command::new(env!("CARGO")).args([command, "--version"]).output();
    output.is_ok_and(|output| output.status.success())
}

/// Paths of every system, as on one.
fn slashes(paths: &str) -> String {
    paths.replace(std::path::MAIN_SEPARATOR, "/")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The errors among the compiler's messages, the closing count left out.
fn errors(output: &Output) -> Vec<Value> {
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
        .filter(|line| line["reason"] == "compiler-message")
        .map(|line| line["message"].clone())
        .filter(|message| message["level"] == "error")
        .filter(|message| !message["spans"].as_array().is_none_or(Vec::is_empty))
        .collect()
}

/// The text that the error underlines.
fn under_the_caret(error: &Value) -> String {
    let span = &error["spans"][0];
    let line = span["text"][0]["text"].as_str().expect("a line").to_owned();
    let column = |name: &str| span[name].as_u64().expect("a column") as usize - 1;
    line[column("column_start")..column("column_end")].to_owned()
}

/// `channel_mismatch` of `[channel_mismatch]: ...`; the whole message where there is no code.
fn codes(errors: &[Value]) -> Vec<&str> {
    errors
        .iter()
        .map(|error| {
            let message = error["message"].as_str().expect("a message");
            message
                .strip_prefix('[')
                .and_then(|m| m.split_once(']'))
                .map_or(message, |(code, _)| code)
        })
        .collect()
}
