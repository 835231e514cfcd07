//! Errors about names: unknown, taken, not free, never read.

use crate::check::error::{count, list, near};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{FileId, Span};
use crate::syntax::ast::Ident;

/// A mistake in a name.
#[derive(Debug)]
pub(in crate::check) enum NameError {
    UnknownName { name: String, at: Span, near: Option<String> },
    UnknownLayer { name: Ident, near: Option<String> },
    NotALayer { name: Ident, is: &'static str },
    Reserved { name: Ident, what: &'static str },
    BoundTwice { name: Ident, first: Span },
    NotMutable { name: Ident, first: Span, tensor: bool },
    Unread { names: Vec<Ident> },
    NameClash { name: String, at: Span, first: Span },
    DefinedTwice { what: &'static str, name: Ident, first: Span },
    InferenceTaken { name: String, at: Span, trained: String, first: Span },
    UnknownModel { name: String, at: Span, near: Option<String>, known: Vec<String> },
    UnknownParameter { model: String, name: String, at: Span, params: Vec<String> },
    OtherCount { at: Span, names: usize, results: usize },
    TooManyParams { at: Span, limit: usize },
}

impl NameError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::UnknownName { name, at, near: close } => {
                near(Diagnostic::new("unknown_name", at, format!("unknown name `{name}`")), close)
            }
            Self::UnknownLayer { name, near: close } => {
                let message = format!("unknown layer `{}`", name.name);
                near(Diagnostic::new("unknown_layer", name.span, message), close)
            }
            Self::NotALayer { name, is } => not_a_layer(&name, is),
            Self::Reserved { name, what } => {
                let message = format!("`{}` is the name of {what}", name.name);
                Diagnostic::new("reserved_name", name.span, message).help("choose another name")
            }
            Self::BoundTwice { name, first } => {
                let message = format!("`{}` is bound twice in one scope", name.name);
                Diagnostic::new("bound_twice", name.span, message).label(first, "first here")
            }
            Self::NotMutable { name, first, tensor } => {
                let message = format!("`{}` cannot be bound anew", name.name);
                let diagnostic = Diagnostic::new("not_mutable", name.span, message);
                if tensor {
                    diagnostic
                        .label(first, "bound here without `mut`")
                        .help(format!("write `let mut {} = ...`", name.name))
                } else {
                    diagnostic.label(first, "bound here, to no tensor")
                }
            }
            Self::Unread { names } => unread(&names),
            Self::NameClash { name, at, first } => {
                let message = format!("two layers are called `{name}`");
                Diagnostic::new("name_clash", at, message)
                    .label(first, "the first")
                    .help("give one of them another name with `as`")
            }
            Self::DefinedTwice { what, name, first } => {
                let message = format!("{what} `{}` is defined twice", name.name);
                let code = if what == "block" { "duplicate_block" } else { "duplicate_model" };
                Diagnostic::new(code, name.span, message).label(first, "first here")
            }
            Self::InferenceTaken { name, at, trained, first } => {
                let message = format!("two types are called `{name}`");
                Diagnostic::new("duplicate_model", at, message)
                    .label(first, format!("what only predicts of `{trained}` is `{name}`"))
                    .help("choose another name for one of them")
            }
            Self::UnknownModel { name, at, near: close, known } => {
                let diagnostic =
                    Diagnostic::new("unknown_model", at, format!("there is no model `{name}`"));
                match close {
                    Some(_) => near(diagnostic, close),
                    None if known.is_empty() => diagnostic,
                    None => diagnostic.note(format!("models here are {}", list(&known))),
                }
            }
            Self::UnknownParameter { model, name, at, params } => {
                let close = did_you_mean(&name, params.iter().map(String::as_str));
                let message = format!("`{model}` has no parameter `{name}`");
                let diagnostic = Diagnostic::new("unknown_parameter", at, message);
                match close {
                    Some(_) => near(diagnostic, close.map(str::to_owned)),
                    None => diagnostic.note(format!("`{model}` takes {}", list(&params))),
                }
            }
            Self::OtherCount { at, names, results } => {
                let (names, results) = (count(names, "name"), count(results, "result"));
                Diagnostic::new("result_count", at, format!("{names} for {results}"))
            }
            Self::TooManyParams { at, limit } => {
                Diagnostic::new("too_many_parameters", at, format!("more than {limit} parameters"))
            }
        }
    }
}

/// A `let mut` none of whose names is read.
fn unread(names: &[Ident]) -> Diagnostic {
    let at = names.iter().map(|name| name.span).reduce(Span::to);
    let at = at.unwrap_or(Span { file: FileId(0), start: 0, end: 0 });
    match names {
        [name] => {
            let message = format!("`{}` is bound by `let mut` and never read", name.name);
            let help = format!("read it, or write `let {}`", name.name);
            Diagnostic::new("never_read", at, message).help(help)
        }
        names => {
            let names: Vec<String> = names.iter().map(|name| name.name.clone()).collect();
            let message = format!("{} are bound by `let mut`, and none is read", list(&names));
            let help = format!("read one of them, or write `let ({})`", names.join(", "));
            Diagnostic::new("never_read", at, message).help(help)
        }
    }
}

fn not_a_layer(name: &Ident, is: &str) -> Diagnostic {
    let message = format!("`{}` is {is}, not a layer or block", name.name);
    let diagnostic = Diagnostic::new("not_a_layer", name.span, message);
    if is == "a tensor" {
        diagnostic.help(format!("a layer takes it with `from {}`", name.name))
    } else {
        diagnostic
    }
}
