//! What is in the way of training.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A model that says `train;` and cannot be trained.
#[derive(Debug)]
pub(in crate::check) enum TrainError {
    Layer { train: Span, layer: String, kind: &'static str, at: Span, why: &'static str },
    Aux { train: Span, name: String, own: String, main: String },
    Several { train: Span, what: &'static str, count: usize },
}

impl TrainError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::Layer { train, layer, kind, at, why } => {
                let message = format!("`{kind}` has no backward pass: {why}");
                Diagnostic::new("no_backward", at, message)
                    .here(format!("the layer `{layer}`"))
                    .label(train, "training is asked for here")
                    .help("without `train;` the model predicts, and its weights are loaded")
            }
            Self::Aux { train, name, own, main } => {
                let message = format!("the auxiliary head `{name}` {own}, the output {main}");
                Diagnostic::new("no_backward", train, message)
                    .note("its loss is taken of the same targets as the output's")
                    .help(
                        "let it give what the output gives; its own last `softmax` may be left out",
                    )
            }
            Self::Several { train, what, count } => {
                let message = format!("a model that trains has one {what}, this one has {count}");
                Diagnostic::new("no_backward", train, message)
                    .note("a sample of a data set is an image and a target for one loss")
                    .help("without `train;` the model predicts, and its weights are loaded")
            }
        }
    }
}
