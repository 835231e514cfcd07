//! Everything that can be wrong with what the user gave, one line each.

use cnn_dsl::source::TextError;
use std::io;
use std::path::PathBuf;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    /// Errors of a model, printed already.
    #[error("the model has errors")]
    Reported,
    /// Errors of the command line, printed already.
    #[error("the command line has errors")]
    Usage,
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot read `{}`: {source}", path.display())]
    Text { path: PathBuf, source: TextError },
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`: {source}{}", path.display(), written(there))]
    Put { path: PathBuf, source: io::Error, there: Vec<PathBuf> },
    #[error("`{}` and `{}` are one file: give each --output its own", first.display(), second.display())]
    OneFile { first: PathBuf, second: PathBuf },
    #[error("cannot print: {0}")]
    Print(io::Error),
    #[error(
        "cannot build in `{}`: {source}: set CNN_CACHE_DIR to another folder, or use --reference",
        path.display()
    )]
    Cache { path: PathBuf, source: io::Error },
    #[error("no cache folder: set CNN_CACHE_DIR to a folder")]
    NoCacheFolder,

    #[error("`{}` is no array that can be read: {why}", path.display())]
    Npy { path: PathBuf, why: String },
    #[error("`{}` holds bytes, this input takes f32: only an `input` with `u8` takes bytes", path.display())]
    NoBytes { path: PathBuf },
    #[error("`{}` holds no image", path.display())]
    NoImage { path: PathBuf },
    #[error("`{}` holds {}, the model takes {} or {}", path.display(), tuple(found), tuple(wanted), batched(wanted))]
    ArrayShape { path: PathBuf, wanted: Vec<usize>, found: Vec<usize> },
    #[error("the model has {wanted} {what}, --{flag} was given {found} times")]
    Arrays { flag: &'static str, what: &'static str, wanted: usize, found: usize },
    #[error("the inputs hold different numbers of images: {}", list(.0))]
    Batches(Vec<usize>),

    #[error("no weights: give --weights FILE, or --seed N for random ones")]
    NoWeights,
    #[error("{0}")]
    Weights(String),
    #[error("{0}")]
    Executor(String),
    #[error("a thread of the executor panicked")]
    Thread,
    #[error("no layer `{name}`{}", hint(nearest))]
    NoLayer { name: String, nearest: Option<String> },

    #[error(
        "no cargo on this machine to build the model with: --reference runs it without a build"
    )]
    NoCargo,
    #[error("cargo could not build the model in `{}`: {why}", package.display())]
    Build { package: PathBuf, why: String },
    #[error("cannot run `{}`: {why}", program.display())]
    Runner { program: PathBuf, why: String },
}

fn tuple(dims: &[usize]) -> String {
    format!("({})", list(dims))
}

fn batched(dims: &[usize]) -> String {
    format!("(N, {})", list(dims))
}

fn list(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What the user finds although the command failed.
fn written(there: &[PathBuf]) -> String {
    let names: Vec<String> = there.iter().map(|path| format!("`{}`", path.display())).collect();
    match &names[..] {
        [] => String::new(),
        [name] => format!(": {name} is written"),
        [..] => format!(": {} are written", names.join(", ")),
    }
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!(", did you mean `{name}`?"))
}
