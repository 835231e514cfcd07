//! `cnn explain`: what the plan decided for each step, and how long it should take.
//!
//! In: a model and an instruction set. Out: a table with a row a step, or with `--plan` the plan's own
//! text. Nothing is built unless `--measure` asks for the times beside the predicted ones.

use crate::args::{Explain, Set};
use crate::bench::{self, Measured, Wanted, rate};
use crate::error::Error;
use crate::table::Table;
use crate::{model, output};
use cnn_dsl::plan::predict::NOMINAL_PEAK;
use cnn_dsl::plan::{Options, Plan, StepRow, plan};
use std::fmt::Write as _;

/// Samples of the whole network with `--measure`.
const SAMPLES: u32 = 30;

/// Prints the table.
pub fn run(arguments: &Explain) -> Result<(), Error> {
    let (texts, network) = model::network(&arguments.file, &arguments.choice)?;
    let set = arguments.instruction_set.unwrap_or_else(Set::widest);
    let plan = plan(&network, &Options::default());
    if arguments.plan {
        return output::print(&plan.to_string());
    }
    let measured = arguments.measure.then(|| {
        let choice = &arguments.choice;
        let wanted =
            Wanted { texts: &texts, choice, network: &network, set, threads: 1, samples: SAMPLES };
        bench::measure(&wanted)
    });
    let measured = measured.transpose()?;
    output::print(&text(&plan, set, measured.as_ref()))
}

fn text(plan: &Plan<'_>, set: Set, measured: Option<&Measured>) -> String {
    let rows = plan.step_rows(set.isa());
    let peak = measured.map_or(NOMINAL_PEAK, |measured| measured.peak);
    let what = if measured.is_some() { "measured" } else { "nominal" };
    let mut out =
        format!("{}, {}, {what} peak {:.1} GFLOP/s\n", plan.network.name, set.name(), 2e-9 * peak);
    let (arena, weights) = (plan.arena_bytes(), plan.weight_bytes());
    let _ = writeln!(out, "arena {arena} bytes, weights {weights} bytes\n");
    out.push_str(&match measured {
        None => predicted(&rows, peak),
        Some(measured) => beside(&rows, measured),
    });
    let sum: f64 = rows.iter().map(|row| row.predicted(peak)).sum();
    let _ = write!(out, "\npredicted {:.1} us", sum * 1e6);
    if let Some(measured) = measured {
        let least = measured.least(1);
        let share = rate(plan.network.counts().mult_adds, least) / peak;
        let _ = write!(out, ", measured {:.1} us, {share:.2} of the peak", least * 1e6);
    }
    out.push('\n');
    out
}

/// What was decided: number, layers, kernel, tile, layouts, schedule.
fn decided(index: usize, row: &StepRow) -> [String; 6] {
    [
        index.to_string(),
        row.layers.clone(),
        row.kernel.clone(),
        row.tile.clone(),
        format!("{} -> {}", row.reads, row.writes),
        row.schedule.clone(),
    ]
}

const DECIDED: [(&str, bool); 6] = [
    ("", true),
    ("layers", false),
    ("kernel", false),
    ("tile", false),
    ("layout", false),
    ("schedule", false),
];

fn predicted(rows: &[StepRow], peak: f64) -> String {
    let [a, b, c, d, e, f] = DECIDED;
    let mut table = Table::new([a, b, c, d, e, f, ("predicted us", true)]);
    for (index, row) in rows.iter().enumerate() {
        let [a, b, c, d, e, f] = decided(index, row);
        table.row([a, b, c, d, e, f, format!("{:.2}", row.predicted(peak) * 1e6)]);
    }
    table.text()
}

fn beside(rows: &[StepRow], measured: &Measured) -> String {
    let [a, b, c, d, e, f] = DECIDED;
    let more = [("predicted us", true), ("us", true), ("of peak", true)];
    let [g, h, i] = more;
    let mut table = Table::new([a, b, c, d, e, f, g, h, i]);
    for ((index, row), &seconds) in rows.iter().enumerate().zip(&measured.steps) {
        let [a, b, c, d, e, f] = decided(index, row);
        let predicted = format!("{:.2}", row.predicted(measured.peak) * 1e6);
        let share = rate(row.mult_adds, seconds) / measured.peak;
        let share = if row.mult_adds == 0 { String::new() } else { format!("{share:.2}") };
        table.row([a, b, c, d, e, f, predicted, format!("{:.2}", seconds * 1e6), share]);
    }
    table.text()
}
