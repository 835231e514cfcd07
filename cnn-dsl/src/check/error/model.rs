//! Errors of whole models: what stands where, recursion, weight files.

use crate::check::error::list;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Ident;

/// A mistake in a model.
#[derive(Debug)]
pub(in crate::check) enum ModelError {
    NoModel { at: Span },
    NoLayers { name: String, at: Span },
    InstanceCircle { name: Ident },
    TensorParameter { name: Ident },
    MissingParameter { model: String, name: Ident, made: Option<Span> },
    Recursion { at: Span, name: String, through: Vec<String> },
    AfterReturn { at: Span, first: Span },
    ReturnInModel { at: Span },
    ReturnInBrace { at: Span },
    Misplaced { what: &'static str, at: Span },
    WinogradWord { at: Span, word: String },
    StatementTwice { what: &'static str, at: Span, first: Span },
    NoWeights { at: Span, path: String, reason: String },
    BadWeights { at: Span, text: String },
}

impl ModelError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::NoModel { at } => Diagnostic::new("no_model", at, "the file has no model"),
            Self::NoLayers { name, at } => {
                Diagnostic::new("no_layers", at, format!("`{name}` has no layers"))
            }
            Self::InstanceCircle { name } => {
                let message = format!("`{}` is made from itself", name.name);
                Diagnostic::new("instance_circle", name.span, message)
            }
            Self::TensorParameter { name } => {
                let message = format!("the model's parameter `{}` is a tensor", name.name);
                Diagnostic::new("tensor_parameter", name.span, message)
                    .help("a model takes tensors by `input`")
            }
            Self::MissingParameter { model, name, made } => {
                let message = format!("`{model}` has no value for its parameter `{}`", name.name);
                let at = made.unwrap_or(name.span);
                let diagnostic = Diagnostic::new("missing_parameter", at, message);
                let default = format!("give it a default: `{} = 1000`", name.name);
                match made {
                    Some(_) => diagnostic
                        .label(name.span, "has no default")
                        .help(format!("give it a value: `{} = 1000`", name.name)),
                    None => diagnostic.help(default),
                }
            }
            Self::Recursion { at, name, through } => {
                let message = match through.as_slice() {
                    [] => format!("`{name}` calls itself"),
                    through => format!("`{name}` calls itself through {}", list(through)),
                };
                Diagnostic::new("recursive_block", at, message).here("closes the circle")
            }
            Self::AfterReturn { at, first } => {
                Diagnostic::new("after_return", at, "nothing runs after `return`")
                    .label(first, "the block ends here")
            }
            Self::ReturnInModel { at } => {
                Diagnostic::new("misplaced", at, "`return` belongs into a block")
                    .help("a model names its results by `output`")
            }
            Self::ReturnInBrace { at } => {
                Diagnostic::new("misplaced", at, "`return` cannot leave a brace")
                    .help("a brace's value is its own last tensor")
            }
            Self::Misplaced { what, at } => {
                let message = format!("`{what}` belongs among a model's own statements");
                Diagnostic::new("misplaced", at, message)
            }
            Self::WinogradWord { at, word } => {
                Diagnostic::new("winograd", at, format!("unknown word `{word}` for `winograd`"))
                    .help("write `winograd off;`")
            }
            Self::StatementTwice { what, at, first } => {
                let message = format!("a second `{what}` statement");
                let code = if what == "weights" { "duplicate_weights" } else { "given_twice" };
                Diagnostic::new(code, at, message).label(first, "first here")
            }
            Self::NoWeights { at, path, reason } => {
                let message = format!("cannot read weights from `{path}`: {reason}");
                Diagnostic::new("weights_file", at, message)
            }
            Self::BadWeights { at, text } => {
                let mut lines = text.lines();
                let first = lines.next().unwrap_or_default().to_owned();
                let rest: Vec<&str> = lines.collect();
                let diagnostic = Diagnostic::new("weights_file", at, first);
                if rest.is_empty() { diagnostic } else { diagnostic.note(rest.join("\n")) }
            }
        }
    }
}
