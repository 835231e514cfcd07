//! A process to be killed: writes files without end until somebody does.
//!
//! `victim save FILE` saves weights, `victim build OUT A.cnn B.cnn` builds one model and the other
//! in turn. In both, all numbers or lines of one file belong together, so that a mixture shows.
//! `victim train CHECKPOINT OUT` trains a hand-written network (`emitted`: one that was emitted, on two
//! threads), goes on where it was killed, and ends at last.

#![forbid(unsafe_code)]

use cnn_dsl::build::Build;
use cnn_runtime::train::Checkpoint;
use cnn_tests::interrupted::{EPOCHS, train, train_emitted};
use cnn_weights::{Role, Tensor, replace_file, save};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How many numbers each of the two tensors has: some hundred kilobytes in all.
const LEN: usize = 50_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match write(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(words: &[&str]) -> Result<(), Box<dyn Error>> {
    match words[..] {
        ["save", file] => save_for_ever(Path::new(file)),
        ["build", out, a, b] => loop {
            Build::new().file(a).out_dir(out).compile()?;
            Build::new().file(b).out_dir(out).compile()?;
        },
        [net @ ("train" | "emitted"), checkpoint, out] => {
            let checkpoint = Some(Checkpoint::at(checkpoint).every(3));
            let pause = Duration::from_millis(2);
            let (parameters, _) = match net {
                "train" => train(checkpoint, pause, EPOCHS)?,
                _ => train_emitted(checkpoint, pause, EPOCHS, 2)?,
            };
            let bytes: Vec<u8> = parameters.iter().flat_map(|x| x.to_le_bytes()).collect();
            Ok(replace_file(out, &bytes)?)
        }
        _ => Err("usage: victim save FILE, build OUT A.cnn B.cnn, or train|emitted CHECKPOINT OUT"
            .into()),
    }
}

fn save_for_ever(file: &Path) -> Result<(), Box<dyn Error>> {
    let tensors = ["a", "b"].map(|layer| Tensor::new(layer, Role::Bias, vec![LEN]));
    let mut number = 0.0;
    loop {
        number += 1.0;
        save(file, &tensors, &[vec![number; LEN], vec![number; LEN]])?;
    }
}
