//! What a door asks of `check`, and what it gets.

use crate::diagnostic::Diagnostics;
use crate::ir::{Network, Shape};
use crate::source::Span;
use crate::syntax::ast::{Expr, Visibility};

/// Which models of the root file are wanted.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Every model and instance of the root file, with its defaults, in text order; blocks that no
    /// model calls have their names checked.
    All,
    /// The same, to be trained: as if each said `train;`. The place is where that is asked for.
    AllTrained(Span),
    /// These.
    Some(Vec<Request>),
}

/// One model with parameters.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The model or instance; the first of the file where none is named.
    pub model: Option<(String, Span)>,
    /// The type's name; the model's own where none is given.
    pub rename: Option<(String, Span)>,
    /// Parameters by name, with the name's place.
    pub parameters: Vec<(String, Span, Expr)>,
    /// Where the door asks for training, if it does: as if the model said `train;`.
    pub train: Option<Span>,
}

impl Selection {
    /// Whether every model is wanted.
    pub fn is_all(&self) -> bool {
        match self {
            Self::All | Self::AllTrained(_) => true,
            Self::Some(_) => false,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Checked {
    /// One a wanted model, in order.
    pub models: Vec<Result<Network, Stub>>,
    /// All errors of all of them.
    pub diagnostics: Diagnostics,
}

/// What is known of a model that has errors, for a type of the same signatures.
#[derive(Debug, Clone)]
pub struct Stub {
    /// The type's name.
    pub name: String,
    /// Where it stands.
    pub name_span: Span,
    /// Who may see it.
    pub visibility: Visibility,
    /// Its `///` lines.
    pub docs: Vec<String>,
    /// Input shapes and whether bytes are taken, if all are known.
    pub inputs: Option<Vec<(Shape, bool)>>,
    /// Output shapes, if all are known.
    pub outputs: Option<Vec<Shape>>,
    /// Whether the model has embedded weights.
    pub embedded: bool,
    /// Whether the model is trained, as far as is known.
    pub train: bool,
}

impl Stub {
    /// The stub of a network that is right by itself but needs more than its budgets allow.
    pub fn of(network: &Network) -> Self {
        let inputs = network.inputs.iter();
        let outputs = network.outputs.iter();
        Self {
            name: network.name.clone(),
            name_span: network.name_span,
            visibility: network.visibility,
            docs: network.docs.clone(),
            inputs: Some(inputs.map(|i| (network.shape(i.value), i.preprocess.bytes)).collect()),
            outputs: Some(outputs.map(|o| network.shape(o.value)).collect()),
            embedded: network.embedded.is_some(),
            train: network.train,
        }
    }
}
