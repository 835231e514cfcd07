//! `cnn bench`: the times of a model and of each of its steps, and their share of the peak.
//!
//! In: a model. Out: a table, or JSON. The model is built in release with a clock around each step;
//! the clock stands still while the whole network is timed. Weights and the image are made up: no
//! kernel's time depends on them.

mod measured;
#[cfg(test)]
#[allow(dead_code, reason = "the main program of another package, compiled here for its tests")]
mod runner;

pub use measured::Measured;

use crate::args::{Bench, Choice, Set};
use crate::error::Error;
use crate::model::{self, Texts};
use crate::output;
#[cfg(test)]
use crate::run::latency;
use crate::run::{Cache, Package, Runner};
use crate::rust::Rust;
use crate::table::Table;
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, StepRow, plan};
use serde::Serialize;
use std::process::Command;

/// What to measure.
pub struct Wanted<'a> {
    pub texts: &'a Texts,
    pub choice: &'a Choice,
    pub network: &'a Network,
    pub set: Set,
    pub threads: usize,
    pub samples: u32,
}

/// The keys are the command's interface.
#[derive(Serialize)]
struct Report<'a> {
    model: &'a str,
    instruction_set: &'a str,
    threads: usize,
    samples: u32,
    mult_adds: u64,
    peak_gflops: f64,
    wall_min_ms: f64,
    wall_median_ms: f64,
    cpu_min_ms: Option<f64>,
    cpu_median_ms: Option<f64>,
    of_peak: f64,
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    layers: &'a str,
    kernel: &'a str,
    reads: &'a str,
    writes: &'a str,
    mult_adds: u64,
    us: f64,
    gflops: f64,
    of_peak: f64,
}

/// Builds, measures and prints.
pub fn run(arguments: &Bench) -> Result<(), Error> {
    let (texts, network) = model::network(&arguments.file, &arguments.choice)?;
    let wanted = Wanted {
        texts: &texts,
        choice: &arguments.choice,
        network: &network,
        set: arguments.instruction_set.unwrap_or_else(Set::widest),
        threads: usize::from(arguments.threads),
        samples: arguments.samples,
    };
    let rows = plan(&network, &Options::default()).step_rows(wanted.set.isa());
    let measured = measure(&wanted)?;
    let report = report(&wanted, &rows, &measured);
    if arguments.json { output::print_json(&report) } else { output::print(&text(&report)) }
}

/// Builds the model with its clocks and runs it.
pub fn measure(wanted: &Wanted<'_>) -> Result<Measured, Error> {
    let rust = Rust::timed(wanted.network, wanted.texts.name());
    let package = Package {
        model: &wanted.network.name,
        origin: wanted.texts.origin(wanted.choice),
        rust: &rust,
        runner: Runner::Bench,
    };
    let program = package.build(&Cache::open()?)?;
    let mut command = Command::new(&program);
    command.args([wanted.threads.to_string(), wanted.samples.to_string()]);
    let said = crate::run::said(command.arg(wanted.set.name()), &program)?;
    let steps = plan(wanted.network, &Options::default()).steps.len();
    Measured::read(&said, steps, &program)
}

fn report<'a>(wanted: &Wanted<'a>, rows: &'a [StepRow], measured: &Measured) -> Report<'a> {
    let peak = measured.peak * wanted.threads as f64;
    let step = |(row, &seconds): (&'a StepRow, &f64)| {
        let rate = rate(row.mult_adds, seconds);
        Step {
            layers: &row.layers,
            kernel: &row.kernel,
            reads: &row.reads,
            writes: &row.writes,
            mult_adds: row.mult_adds,
            us: seconds * 1e6,
            gflops: 2e-9 * rate,
            of_peak: rate / peak,
        }
    };
    let mult_adds = wanted.network.counts().mult_adds;
    Report {
        model: &wanted.network.name,
        instruction_set: wanted.set.name(),
        threads: wanted.threads,
        samples: wanted.samples,
        mult_adds,
        peak_gflops: 2e-9 * peak,
        wall_min_ms: measured.wall.0 * 1e3,
        wall_median_ms: measured.wall.1 * 1e3,
        cpu_min_ms: measured.processor.map(|(least, _)| least * 1e3),
        cpu_median_ms: measured.processor.map(|(_, median)| median * 1e3),
        of_peak: rate(mult_adds, measured.least(wanted.threads)) / peak,
        steps: rows.iter().zip(&measured.steps).map(step).collect(),
    }
}

/// Multiply-adds a second; none in no time.
pub fn rate(mult_adds: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { mult_adds as f64 / seconds } else { 0.0 }
}

fn text(report: &Report<'_>) -> String {
    let plural = if report.threads == 1 { "" } else { "s" };
    let mut out = format!(
        "{}, {}, {} thread{plural}, peak {:.1} GFLOP/s\n\n",
        report.model, report.instruction_set, report.threads, report.peak_gflops,
    );
    let mut table = Table::new([
        ("layers", false),
        ("kernel", false),
        ("shapes", false),
        ("mult-adds", true),
        ("us", true),
        ("GFLOP/s", true),
        ("of peak", true),
    ]);
    for step in &report.steps {
        let figures = |figure: String| if step.mult_adds == 0 { String::new() } else { figure };
        table.row([
            step.layers.to_owned(),
            step.kernel.to_owned(),
            format!("{} -> {}", step.reads, step.writes),
            step.mult_adds.to_string(),
            format!("{:.2}", step.us),
            figures(format!("{:.1}", step.gflops)),
            figures(format!("{:.2}", step.of_peak)),
        ]);
    }
    let sum: f64 = report.steps.iter().map(|step| step.us).sum();
    let all = rate(report.mult_adds, sum * 1e-6);
    table.row([
        "sum of the steps".to_owned(),
        String::new(),
        String::new(),
        report.mult_adds.to_string(),
        format!("{sum:.2}"),
        format!("{:.1}", 2e-9 * all),
        format!("{:.2}", 2e-9 * all / report.peak_gflops),
    ]);
    out.push_str(&table.text());
    let samples = report.samples;
    out.push_str(&format!(
        "\nwhole network, {samples} samples: min {:.4} ms, median {:.4} ms\n",
        report.wall_min_ms, report.wall_median_ms,
    ));
    if let (Some(least), Some(median)) = (report.cpu_min_ms, report.cpu_median_ms) {
        out.push_str(&format!("processor time: min {least:.4} ms, median {median:.4} ms\n"));
    }
    out.push_str(&format!("of peak: {:.2}\n", report.of_peak));
    out
}
