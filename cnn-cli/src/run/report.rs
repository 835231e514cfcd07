//! What `cnn run` says: a line for each output, or with JSON one line in all.

use crate::args::Format;
use crate::error::Error;
use crate::output;
use crate::run::latency::Latency;
use crate::run::{Job, Outcome, Wanted};
use cnn_dsl::ir::Shape;
use serde::Serialize;
use std::fmt::Write as _;

/// So many of a vector's largest elements are shown.
const TOP: usize = 5;

/// What is reported.
pub struct Report<'a> {
    /// The model's name.
    pub model: &'a str,
    /// `emitted`, `dynamic` or `reference`.
    pub executor: &'static str,
    /// What was run.
    pub job: &'a Job<'a>,
    /// The values asked for.
    pub wanted: &'a [Wanted],
    /// What came out.
    pub outcome: &'a Outcome,
}

/// Latency in milliseconds; the keys are the command's interface.
#[derive(Serialize)]
struct LatencyLine {
    runs: u32,
    wall_min_ms: f64,
    wall_median_ms: f64,
    cpu_min_ms: Option<f64>,
    cpu_median_ms: Option<f64>,
}

/// Results without latency; the keys are the command's interface.
#[derive(Serialize)]
struct ResultLine<'a> {
    model: &'a str,
    executor: &'a str,
    images: usize,
    outputs: Vec<OutputLine<'a>>,
}

#[derive(Serialize)]
struct OutputLine<'a> {
    name: Option<&'a str>,
    shape: Vec<usize>,
    min: f32,
    max: f32,
    mean: f64,
}

/// Prints the report.
pub fn print(report: &Report<'_>, format: Format) -> Result<(), Error> {
    match (format, &report.outcome.latency) {
        (Format::Text, latency) => output::print(&text(report, latency.as_ref())),
        (Format::Json, Some(latency)) => output::print_json(&LatencyLine {
            runs: report.job.samples,
            wall_min_ms: latency.wall_min,
            wall_median_ms: latency.wall_median,
            cpu_min_ms: latency.cpu.map(|(min, _)| min),
            cpu_median_ms: latency.cpu.map(|(_, median)| median),
        }),
        (Format::Json, None) => output::print_json(&ResultLine {
            model: report.model,
            executor: report.executor,
            images: report.job.images,
            outputs: outputs(report),
        }),
    }
}

fn outputs<'a>(report: &Report<'a>) -> Vec<OutputLine<'a>> {
    let line = |(wanted, values): (&'a Wanted, &Vec<f32>)| OutputLine {
        name: wanted.name.as_deref(),
        shape: crate::run::array::dims(wanted.shape),
        min: values.iter().copied().fold(f32::INFINITY, f32::min),
        max: values.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        mean: values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len() as f64,
    };
    report.wanted.iter().zip(&report.outcome.outputs).map(line).collect()
}

fn text(report: &Report<'_>, latency: Option<&Latency>) -> String {
    let mut out = format!(
        "{}, {} executor, {} image{}\n",
        report.model,
        report.executor,
        report.job.images,
        if report.job.images == 1 { "" } else { "s" },
    );
    let lines = outputs(report);
    for ((line, wanted), values) in lines.iter().zip(report.wanted).zip(&report.outcome.outputs) {
        let name = line.name.unwrap_or("output");
        let (min, max, mean) = (line.min, line.max, line.mean);
        let _ = writeln!(out, "{name} {}: min {min}, max {max}, mean {mean:.6}", wanted.shape);
        if let (Shape::Vector(length), 1) = (wanted.shape, report.job.images) {
            for (index, value) in top(&values[..length]) {
                let _ = writeln!(out, "  [{index}] {value}");
            }
        }
    }
    if let Some(latency) = latency {
        let (min, median) = (latency.wall_min, latency.wall_median);
        let samples = report.job.samples;
        let _ =
            writeln!(out, "latency of {samples} samples: min {min:.4} ms, median {median:.4} ms");
        if let Some((min, median)) = latency.cpu {
            let _ = writeln!(out, "processor time: min {min:.4} ms, median {median:.4} ms");
        }
    }
    out
}

/// The largest elements with their places, the largest first; equal ones in their order.
fn top(values: &[f32]) -> Vec<(usize, f32)> {
    let mut ranked: Vec<(usize, f32)> = values.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(TOP);
    ranked
}

#[cfg(test)]
mod tests {
    use super::top;

    #[test]
    fn the_largest_come_first_and_equal_ones_in_their_order() {
        assert_eq!(top(&[0.5, 2.0, 0.5, -1.0]), [(1, 2.0), (0, 0.5), (2, 0.5), (3, -1.0)]);
        assert_eq!(top(&[0.0; 9]).len(), 5);
    }
}
