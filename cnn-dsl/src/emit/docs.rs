//! Documentation of emitted items: the user's own lines, and what the plan knows.

use crate::ir::{LayerId, Network, Shape};
use crate::plan::summary::markdown;
use crate::plan::{Plan, Step};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashMap;

/// One `#[doc]` a line; a line's text begins behind the slashes.
pub(super) fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> TokenStream {
    let lines = lines.into_iter();
    quote! { #(#[doc = #lines])* }
}

/// The model's lines (or one that names it), then the summary as a table.
pub(super) fn model(plan: &Plan<'_>) -> TokenStream {
    let own = title(&plan.network.name, &plan.network.docs);
    let summary: Vec<String> = markdown(plan).lines().map(|line| format!(" {line}")).collect();
    let summary = lines(summary.iter().map(String::as_str));
    quote! { #own #[doc = ""] #summary }
}

/// A model's own lines, or one that names it.
pub(super) fn title(name: &str, docs: &[String]) -> TokenStream {
    if docs.is_empty() {
        let title = format!(" The network `{name}`.");
        return quote!(#[doc = #title]);
    }
    lines(docs.iter().map(String::as_str))
}

/// What a step computes: the statement's own lines, its text, shapes, parameters and mult-adds.
pub(super) fn step(plan: &Plan<'_>, figures: &Figures, step: &Step) -> TokenStream {
    let network = plan.network;
    let Some(&first) = step.layers.first() else {
        return quote!(#[doc = " The same value in the layout that a convolution over columns reads."]);
    };
    let layer = &network.layers[first.0];
    let own = lines(layer.docs.iter().map(String::as_str));
    let names: Vec<&str> = step.layers.iter().map(|l| &*network.layers[l.0].name).collect();
    let names = names.join(", ");
    let text = if layer.text.is_empty() {
        format!(" {names}")
    } else {
        format!(" `{}`: {names}", layer.text)
    };
    let shapes = shapes(network, first, step.layers.last().copied().unwrap_or(first));
    let [parameters, mult_adds] = figures.of(&step.layers);
    let figures = format!(" {shapes}; {parameters} parameters, {mult_adds} mult-adds");
    let gap = (!layer.docs.is_empty()).then(|| quote!(#[doc = ""]));
    quote! { #own #gap #[doc = #text] #[doc = ""] #[doc = #figures] }
}

fn shapes(network: &Network, first: LayerId, last: LayerId) -> String {
    let join = |shapes: Vec<Shape>| {
        let shapes: Vec<String> = shapes.iter().map(ToString::to_string).collect();
        shapes.join(", ")
    };
    let from = network.layers[first.0].inputs.iter().map(|&v| network.shape(v)).collect();
    let to = network.layers[last.0].outputs.iter().map(|&v| network.shape(v)).collect();
    format!("{} -> {}", join(from), join(to))
}

/// Parameters and mult-adds of each layer.
pub(super) struct Figures(HashMap<LayerId, [u64; 2]>);

impl Figures {
    pub fn new(network: &Network) -> Self {
        let rows = network.rows();
        Self(rows.iter().map(|row| (row.layer, [row.parameters, row.mult_adds])).collect())
    }

    fn of(&self, layers: &[LayerId]) -> [u64; 2] {
        let known = layers.iter().filter_map(|layer| self.0.get(layer));
        known.fold([0; 2], |sum, row| [sum[0] + row[0], sum[1] + row[1]])
    }
}
