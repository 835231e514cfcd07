//! One network in one process, for a side-by-side comparison with other engines.
//!
//! `cnn-peers MODEL THREADS`, called in a folder with `artifacts/`: prints one line of JSON when the
//! network is loaded and has run once, then answers each line `run N` with the times of N runs, until
//! the input ends. `cold` prints one line and ends; `peak` runs
//! bursts of multiply-adds on one core.
//! `CNN_INSTRUCTION_SET` forces an instruction set.

#![forbid(unsafe_code)]

mod archive;
mod cold;
mod inference;
mod process;
mod training;

use cnn_runtime::InstructionSet;
use std::error::Error;
use std::process::ExitCode;

/// The exit code for a model that this program has not.
const UNKNOWN: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, threads] = arguments.as_slice() else {
        eprintln!("usage: cnn-peers MODEL THREADS");
        return ExitCode::from(UNKNOWN);
    };
    let Some(threads) = threads.parse().ok().filter(|&threads| threads > 0) else {
        eprintln!("`{threads}` is no number of threads");
        return ExitCode::from(UNKNOWN);
    };
    match run(model, threads) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(UNKNOWN),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what is asked for; `false` where it is not here, which is said.
fn run(model: &str, threads: usize) -> Result<bool, Box<dyn Error>> {
    let set = instruction_set()?;
    match model {
        "cold" => cold::run(threads, set)?,
        "peak" => inference::peak()?,
        name => {
            let inferred = inference::NETWORKS.iter().find(|(known, _)| *known == name);
            let trained = training::NETWORKS.iter().find(|(known, _)| *known == name);
            match (inferred, trained) {
                (Some((name, serve)), _) => serve(name, threads, set)?,
                (None, Some((_, serve))) => serve(threads, set)?,
                (None, None) => {
                    eprintln!("there is no model `{name}`");
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// What `CNN_INSTRUCTION_SET` names, else the widest.
fn instruction_set() -> Result<InstructionSet, String> {
    let Ok(wanted) = std::env::var("CNN_INSTRUCTION_SET") else {
        return Ok(InstructionSet::widest());
    };
    let mut available = InstructionSet::available().into_iter();
    let named = available.find(|set| set.to_string() == wanted);
    named.ok_or_else(|| format!("this processor has no instruction set `{wanted}`"))
}
