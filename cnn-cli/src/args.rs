//! The command line, as clap reads it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use cnn_dsl::plan::Isa;
use cnn_runtime::InstructionSet;
use std::path::PathBuf;

/// Checks, summarises, expands, runs and measures `.cnn` models.
#[derive(Debug, Parser)]
#[command(name = "cnn", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files and print every error; exit code 1 if there is one
    Check(Check),
    /// Print a model's layers, shapes, parameters and mult-adds
    Summary(Summary),
    /// Print the Rust that a model becomes
    Expand(Expand),
    /// Build a model in release and run it on an image
    Run(Box<Run>),
    /// Build a model in release and measure it and each of its steps
    Bench(Bench),
    /// Print what was decided for each step: kernel, tile, layouts, schedule, predicted time
    Explain(Explain),
}

/// Which model, with which parameters.
#[derive(Debug, Args)]
pub struct Choice {
    /// A parameter of the model, as in `--param alpha=0.25`; may be given several times
    #[arg(long = "param", value_name = "K=V", value_parser = pair)]
    pub parameters: Vec<Pair>,
    /// The model; the first of the file where none is named
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
}

/// `K=V`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Before the first `=`.
    pub key: String,
    /// Behind it.
    pub value: String,
}

fn pair(text: &str) -> Result<Pair, String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() && !value.trim().is_empty() => {
            Ok(Pair { key: key.to_owned(), value: value.to_owned() })
        }
        _ => Err("it must have the form NAME=VALUE".to_owned()),
    }
}

/// `cnn check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Files to check: without `--model` and `--param` every model and block of each
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
    /// `json`: one object a line and error
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `cnn summary`.
#[derive(Debug, Args)]
pub struct Summary {
    /// The file
    pub file: PathBuf,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
    /// How to print it
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text)]
    pub format: SummaryFormat,
}

/// `cnn expand`.
#[derive(Debug, Args)]
pub struct Expand {
    /// The file
    pub file: PathBuf,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
}

/// `cnn run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The file
    pub file: PathBuf,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
    /// A safetensors file with the model's weights
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    pub weights: Option<PathBuf>,
    /// Random weights, and a random image where no input is given
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A .npy array (N,H,W,C) or (H,W,C) of f32, or of u8 for inputs that take bytes; once for each
    /// input of the model
    #[arg(long, value_name = "FILE")]
    pub input: Vec<PathBuf>,
    /// Where to write the result as a .npy array of f32; once for each output of the model
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// How the weight file calls a layer: `FILE_NAME=MODEL_NAME`, with `{i}` for a number; may be
    /// given several times
    #[arg(long, value_name = "P=P", value_parser = pair, requires = "weights", conflicts_with = "seed")]
    pub rename: Vec<Pair>,
    /// Threads to run on
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: u16,
    /// Give the value of this inner layer instead of the outputs, by the dynamic executor
    #[arg(long, value_name = "NAME")]
    pub layer: Option<String>,
    /// Run the reference executor: slow, exact, and without a build
    #[arg(long)]
    pub reference: bool,
    /// Measure the latency of one image in N samples of at least 1 ms each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,
    /// `json`: one line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `cnn bench`.
#[derive(Debug, Args)]
pub struct Bench {
    /// The file
    pub file: PathBuf,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
    /// Threads to run on
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: u16,
    /// The instructions of the kernels; the widest that this processor has where none are named
    #[arg(long, value_enum, value_name = "SET")]
    pub instruction_set: Option<Set>,
    /// Samples of the whole network, of at least 1 ms each
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub samples: u32,
    /// One object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// `cnn explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The file
    pub file: PathBuf,
    /// Which model, with which parameters
    #[command(flatten)]
    pub choice: Choice,
    /// The instructions of the kernels; the widest that this processor has where none are named
    #[arg(long, value_enum, value_name = "SET")]
    pub instruction_set: Option<Set>,
    /// Build the model in release and print the measured times beside the predicted ones
    #[arg(long)]
    pub measure: bool,
    /// Print the plan itself: places in the arena, rings of rows, how weights are packed
    #[arg(long, conflicts_with_all = ["measure", "instruction_set"])]
    pub plan: bool,
}

/// An instruction set, whether this processor has it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Set {
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
    /// AVX2 and FMA.
    Avx2,
    /// What every processor has.
    Portable,
}

impl Set {
    /// The widest that this processor has.
    pub fn widest() -> Self {
        let widest = InstructionSet::widest().to_string();
        let all = [Self::Avx512, Self::Avx2];
        all.into_iter().find(|set| set.name() == widest).unwrap_or(Self::Portable)
    }

    /// As the plan calls it.
    pub fn isa(self) -> Isa {
        match self {
            Self::Avx512 => Isa::Avx512,
            Self::Avx2 => Isa::Avx2,
            Self::Portable => Isa::Portable,
        }
    }

    /// As the command line and the runtime call it.
    pub fn name(self) -> &'static str {
        self.isa().name()
    }
}

/// How `check` and `run` report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// How `summary` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// A table for the terminal.
    Text,
    /// One object.
    Json,
    /// A table for documents.
    Markdown,
}

#[cfg(test)]
mod tests {
    use super::{Cli, Pair, pair};
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_pair_is_cut_at_its_first_equals_sign() {
        let cut = pair("a=b=c").unwrap();
        assert_eq!(cut, Pair { key: "a".to_owned(), value: "b=c".to_owned() });
        assert!(pair("alpha").is_err() && pair("=1").is_err() && pair("alpha=").is_err());
    }
}
