//! What rustc shows for mistakes, where its own placement of the caret matters. The texts are those
//! of one rustc; `TRYBUILD=overwrite cargo test -p cnn-tests --test ui -- --ignored` blesses them.

use std::process::Command;

/// The rustc whose texts stand in `tests/ui`.
const RUSTC: &str = "rustc 1.95.";

#[test]
#[ignore = "the texts are those of one rustc; a section of `cargo xtask ci`"]
fn mistakes_are_shown_where_they_are() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    if !version.starts_with(RUSTC) {
        println!("skipped: the texts are those of {RUSTC}x, this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
