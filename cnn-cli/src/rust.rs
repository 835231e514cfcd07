//! From a network to its Rust as text, as `cnn expand` prints it and `cnn run` and `cnn bench` build it.

use cnn_dsl::emit::{Clock, Door, emit_with, pretty};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Isa, Options, plan};
use proc_macro2::{Ident, Span, TokenStream};

/// The emitted Rust; embedded weights stand in a file beside it.
pub struct Rust {
    /// Formatted, with absolute paths into `cnn_runtime`.
    pub code: String,
    /// The packed weights, and the name that the code includes them by.
    pub weights: Option<(String, Vec<u8>)>,
}

impl Rust {
    /// Plans and emits the network; `from` names the file in the code's first line.
    pub fn new(network: &Network, from: &str) -> Self {
        Self::with(network, from, Clock::None)
    }

    /// The same with a clock around each step.
    pub fn timed(network: &Network, from: &str) -> Self {
        Self::with(network, from, Clock::EachStep)
    }

    fn with(network: &Network, from: &str, clock: Clock) -> Self {
        let mut weights = None;
        let mut door = Door {
            runtime: tokens("::cnn_runtime"),
            visibility: tokens("pub"),
            ident: &|name, _| ident(name),
            instruction_sets: &Isa::ALL,
            blob: &mut |model, bytes| {
                let name = format!("{model}.weights");
                let include = tokens(&format!("::core::include_bytes!({name:?})"));
                weights = Some((name, bytes.to_vec()));
                include
            },
        };
        let code = pretty(&emit_with(&plan(network, &Options::default()), &mut door, clock), from);
        Self { code, weights }
    }
}

/// `text` is written here, or a model's name in a string.
fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}
