//! `cargo xtask ci` is the whole CI, timed by section; `cargo xtask tidy` checks the rules of this
//! codebase that a program can check; `cargo xtask sizes` measures what models cost to compile;
//! `cargo xtask asm` looks for sums on the stack in the loops of kernels; `cargo xtask opt-levels` measures
//! a network in debug builds; `cargo xtask valgrind` looks at the memory of what is `unsafe`.
//! Standard library only: it is built before anything else.

#![forbid(unsafe_code)]

mod asm;
mod ci;
mod opt_levels;
mod package;
mod sizes;
mod tidy;
mod valgrind;
mod written;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask ci [--skip SECTION]... [--only SECTION]...
       cargo xtask tidy
       cargo xtask sizes [MODEL]...
       cargo xtask asm
       cargo xtask opt-levels
       cargo xtask valgrind";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.split_first() {
        Some((&"ci", rest)) => ci::Choice::parse(rest).and_then(|choice| ci::run(&root(), &choice)),
        Some((&"tidy", [])) => tidy::run(&root()),
        Some((&"sizes", models)) => sizes::run(&root(), models),
        Some((&"asm", [])) => asm::run(&root()),
        Some((&"opt-levels", [])) => opt_levels::run(&root()),
        Some((&"valgrind", [])) => valgrind::run(&root()),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder: the parent of this package's.
fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("xtask stands inside the workspace").to_owned()
}
