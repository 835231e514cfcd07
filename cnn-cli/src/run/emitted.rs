//! The emitted executor: the model is built in a package of its own and run there.

use crate::args::Choice;
use crate::error::Error;
use crate::model::Texts;
use crate::run::cache::Cache;
use crate::run::latency::Latency;
use crate::run::package::{Package, Runner};
use crate::run::weights::Source;
use crate::run::{Job, Outcome};
use crate::rust::Rust;
use std::path::Path;
use std::process::Command;

/// Builds the model and runs it.
pub fn run(job: &Job<'_>, texts: &Texts, choice: &Choice) -> Result<Outcome, Error> {
    // Before the build, which takes long.
    job.weights.tensors(job.network)?;
    let rust = Rust::new(job.network, texts.name());
    let package = Package {
        model: &job.network.name,
        origin: texts.origin(choice),
        rust: &rust,
        runner: Runner::Predict,
    };
    let program = package.build(&Cache::open()?)?;
    exchange(job, &program)
}

/// Hands the images over in files, and gets the results back in files.
fn exchange(job: &Job<'_>, program: &Path) -> Result<Outcome, Error> {
    let folder = tempfile::tempdir()
        .map_err(|source| Error::Write { path: std::env::temp_dir(), source })?;
    for (index, images) in job.inputs.iter().enumerate() {
        let path = folder.path().join(format!("input{index}"));
        let bytes: Vec<u8> = images.values.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(&path, bytes).map_err(|source| Error::Write { path, source })?;
    }
    let mut command = Command::new(program);
    command.arg(folder.path());
    command.args([job.images.to_string(), job.threads.to_string(), job.samples.to_string()]);
    match job.weights {
        Source::Seed(seed) => command.args(["seed", &seed.to_string()]),
        Source::File { path, renames } => {
            command.arg("file").arg(path);
            command.args(renames.iter().flat_map(|pair| [&pair.key, &pair.value]))
        }
        Source::Embedded => command.arg("embedded"),
    };
    let line = said(&mut command, program)?;
    let mut outputs = Vec::with_capacity(job.network.outputs.len());
    for index in 0..job.network.outputs.len() {
        let path = folder.path().join(format!("output{index}"));
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        outputs.push(bytes.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word)).collect());
    }
    let latency = if job.samples == 0 {
        None
    } else {
        let why = format!("it said `{}`", line.trim());
        Some(times(&line).ok_or(Error::Runner { program: program.to_owned(), why })?)
    };
    Ok(Outcome { outputs, latency })
}

/// Runs a built program; gives what it says, or why it failed.
pub fn said(command: &mut Command, program: &Path) -> Result<String, Error> {
    let failed = |why: String| Error::Runner { program: program.to_owned(), why };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let error = said.lines().find_map(|line| line.strip_prefix("error: "));
        return Err(failed(error.map_or_else(|| output.status.to_string(), str::to_owned)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The runner's line: wall clock, then processor time where it is known.
fn times(line: &str) -> Option<Latency> {
    let numbers: Vec<f64> =
        line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let (wall_min, wall_median, cpu) = match numbers[..] {
        [min, median] => (min, median, None),
        [min, median, cpu_min, cpu_median] => (min, median, Some((cpu_min, cpu_median))),
        _ => return None,
    };
    Some(Latency { wall_min, wall_median, cpu })
}
