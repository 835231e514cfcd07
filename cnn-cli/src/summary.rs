//! `cnn summary`: the figures of one model.

use crate::args::{Summary, SummaryFormat};
use crate::error::Error;
use crate::run::array::dims;
use crate::{model, output};
use cnn_dsl::ir::{Network, Row, Shape};
use cnn_dsl::plan::{Options, Plan, plan, summary};
use serde::Serialize;

/// The keys are the command's interface.
#[derive(Serialize)]
struct Report {
    model: String,
    input: Dims,
    output: Dims,
    layers: Vec<Layer>,
    total_parameters: u64,
    trainable_parameters: u64,
    non_trainable_parameters: u64,
    mult_adds: u64,
    arena_bytes: u64,
    weight_bytes: u64,
}

#[derive(Serialize)]
struct Layer {
    name: String,
    kind: String,
    output: Dims,
    parameters: u64,
    trainable: u64,
    mult_adds: u64,
}

/// `[28,28,1]`, or a list of such where there are several.
#[derive(Serialize)]
#[serde(untagged)]
enum Dims {
    One(Vec<usize>),
    Several(Vec<Vec<usize>>),
}

/// Prints the summary.
pub fn run(arguments: &Summary) -> Result<(), Error> {
    let (_, network) = model::network(&arguments.file, &arguments.choice)?;
    let plan = plan(&network, &Options::default());
    match arguments.format {
        SummaryFormat::Text => output::print(&summary::text(&plan)),
        SummaryFormat::Markdown => output::print(&summary::markdown(&plan)),
        SummaryFormat::Json => output::print_json(&report(&network, &plan)),
    }
}

fn report(network: &Network, plan: &Plan<'_>) -> Report {
    let counts = network.counts();
    Report {
        model: network.name.clone(),
        input: several(network.inputs.iter().map(|input| network.shape(input.value))),
        output: several(network.outputs.iter().map(|output| network.shape(output.value))),
        layers: network.rows().into_iter().map(layer).collect(),
        total_parameters: counts.parameters + counts.statistics,
        trainable_parameters: counts.parameters,
        non_trainable_parameters: counts.statistics,
        mult_adds: counts.mult_adds,
        arena_bytes: plan.arena_bytes(),
        weight_bytes: plan.weight_bytes(),
    }
}

fn layer(row: Row) -> Layer {
    Layer {
        output: several(row.outputs.into_iter()),
        name: row.name,
        // Of `conv, relu` the layer itself: what a program compares with.
        kind: row.kind.split(", ").next().unwrap_or_default().to_owned(),
        parameters: row.parameters,
        trainable: row.trainable,
        mult_adds: row.mult_adds,
    }
}

fn several(shapes: impl Iterator<Item = Shape>) -> Dims {
    let mut all: Vec<Vec<usize>> = shapes.map(dims).collect();
    match (all.len(), all.pop()) {
        (1, Some(only)) => Dims::One(only),
        (_, last) => {
            all.extend(last);
            Dims::Several(all)
        }
    }
}
