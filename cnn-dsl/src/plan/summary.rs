//! The summary of a model, in the manner of Keras.
//!
//! In: a [`Plan`] and the figures of its network. Out: [`text`] for terminals and `summary()`,
//! [`markdown`] for rustdoc and the command. Auxiliary heads are in neither. Numbers carry
//! thousands separators here and nowhere else.

use crate::ir::{Network, Preprocess, Row};
use crate::plan::Plan;
use std::fmt::Write as _;

/// Columns of the table.
const HEADER: [&str; 5] = ["layer", "output shape", "parameters", "mult-adds", ""];

/// Whether a column holds numbers, which stand to the right.
const NUMERIC: [bool; 5] = [false, false, true, true, false];

/// The table as plain text, every line ending in a line end.
pub fn text(plan: &Plan) -> String {
    let rows: Vec<[String; 5]> = plan.network.rows().iter().map(cells).collect();
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let cell = rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
        cell.max(HEADER[column].len())
    });
    let rule = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
    let mut out = format!("model {}\n", title(plan.network));
    for line in inputs(plan.network) {
        let _ = writeln!(out, "input {line}");
    }
    let _ = writeln!(out, "{}", "_".repeat(rule));
    push_line(&mut out, &HEADER, &widths);
    let _ = writeln!(out, "{}", "=".repeat(rule));
    for row in &rows {
        push_line(&mut out, &row.each_ref().map(String::as_str), &widths);
    }
    let _ = writeln!(out, "{}", "=".repeat(rule));
    for (what, figure) in totals(plan) {
        let _ = writeln!(out, "{what}: {figure}");
    }
    out
}

/// The table as Markdown, without a heading; rustdoc shows it on the model's type.
pub fn markdown(plan: &Plan) -> String {
    let mut out = String::new();
    for line in inputs(plan.network) {
        let _ = writeln!(out, "Input `{line}`\n");
    }
    out.push_str("| layer | output shape | parameters | mult-adds | |\n|---|---|--:|--:|---|\n");
    for row in plan.network.rows() {
        let _ = writeln!(out, "| {} |", cells(&row).join(" | "));
    }
    out.push('\n');
    for (what, figure) in totals(plan) {
        let _ = writeln!(out, "- {what}: {figure}");
    }
    out
}

fn push_line(out: &mut String, cells: &[&str; 5], widths: &[usize; 5]) {
    let mut line = String::new();
    for ((cell, &width), numeric) in cells.iter().zip(widths).zip(NUMERIC) {
        let _ = if numeric {
            write!(line, "{cell:>width$}  ")
        } else {
            write!(line, "{cell:<width$}  ")
        };
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

/// The model's name and the parameters it was made with.
fn title(network: &Network) -> String {
    if network.parameters.is_empty() {
        return network.name.clone();
    }
    let given: Vec<String> =
        network.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    format!("{}({})", network.name, given.join(", "))
}

/// One line an input: its name, shape and preprocessing.
fn inputs(network: &Network) -> Vec<String> {
    let line = |input: &crate::ir::Input| {
        let name = input.name.as_ref().map_or(String::new(), |name| format!("{name}: "));
        format!("{name}{}{}", network.shape(input.value), preprocessing(&input.preprocess))
    };
    network.inputs.iter().map(line).collect()
}

/// What is done to the user's numbers, in the language's own words; empty when nothing is.
fn preprocessing(preprocess: &Preprocess) -> String {
    let mut out = String::new();
    if preprocess.bytes {
        out.push_str(", u8");
    }
    for (word, constants) in [("scale", &preprocess.scale), ("offset", &preprocess.offset)] {
        let Some(first) = constants.first() else { continue };
        if constants.iter().all(|c| c == first) {
            let _ = write!(out, ", {word} {}", first.0);
        } else {
            let each: Vec<String> = constants.iter().map(|c| c.0.to_string()).collect();
            let _ = write!(out, ", {word} [{}]", each.join(", "));
        }
    }
    if preprocess.bgr {
        out.push_str(", order bgr");
    }
    out
}

fn cells(row: &Row) -> [String; 5] {
    let shapes: Vec<String> = row.outputs.iter().map(ToString::to_string).collect();
    let state = match (row.parameters, row.frozen) {
        (0, _) => "",
        (_, true) => "frozen",
        (_, false) => "trainable",
    };
    [
        format!("{} ({})", row.name, row.kind),
        shapes.join(", "),
        thousands(row.parameters),
        thousands(row.mult_adds),
        state.to_owned(),
    ]
}

/// Everything below the table. Trainable is the language's `PARAMETERS`, frozen layers included;
/// what `frozen` keeps from changing is a line of its own.
fn totals(plan: &Plan) -> Vec<(&'static str, String)> {
    let counts = plan.network.counts();
    let frozen: u64 =
        plan.network.rows().iter().filter(|row| row.frozen).map(|row| row.trainable).sum();
    let mut lines = vec![
        ("total parameters", thousands(counts.parameters + counts.statistics)),
        ("trainable parameters", thousands(counts.parameters)),
        ("non-trainable parameters", thousands(counts.statistics)),
    ];
    if frozen > 0 {
        lines.push(("of the trainable ones frozen", thousands(frozen)));
    }
    lines.push(("mult-adds", thousands(counts.mult_adds)));
    lines.push(("arena", format!("{} bytes", thousands(plan.arena_bytes()))));
    lines.push(("weights", format!("{} bytes", thousands(plan.weight_bytes()))));
    lines
}

/// `4253864` as `4,253,864`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{preprocessing, thousands};
    use crate::ir::{Constant, Preprocess};

    #[test]
    fn thousands_are_grouped_from_the_right() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (4_253_864, "4,253,864")];
        for (number, grouped) in cases {
            assert_eq!(thousands(number), grouped);
        }
    }

    #[test]
    fn preprocessing_is_shown_in_the_language_s_words() {
        let three = |a, b, c| vec![Constant(a), Constant(b), Constant(c)];
        let mut input = Preprocess { bytes: false, scale: vec![], offset: vec![], bgr: false };
        assert_eq!(preprocessing(&input), "");
        input.bytes = true;
        input.scale = three(0.5, 0.5, 0.5);
        input.offset = three(-1.0, -2.5, 0.0);
        input.bgr = true;
        assert_eq!(preprocessing(&input), ", u8, scale 0.5, offset [-1, -2.5, 0], order bgr");
    }
}
