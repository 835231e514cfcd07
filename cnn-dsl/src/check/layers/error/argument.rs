//! A value, a flag or an argument that the layer cannot take.

use super::words::{Written, but};
use crate::check::arguments::Place;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::number::Rational;
use crate::source::{Sources, Span};

/// A value, a flag or an argument that the layer cannot take.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "each variant is documented, its fields are named as its text shows"
)]
pub enum ArgumentError {
    /// `conv 3x3;`
    MissingValue { layer: &'static str, at: Span, what: &'static str, example: String },
    /// `dense 10, 20;`
    SurplusValue { layer: &'static str, at: Span, usage: &'static str },
    /// `conv 3x3, 3, 16;` on 3 channels.
    InputChannels { layer: &'static str, at: Span, example: String },
    /// `stride "2"`
    WrongType { what: String, at: Span, found: &'static str, wanted: &'static str },
    /// `conv 32, 3x3;`
    KernelExpected { layer: &'static str, at: Span, found: &'static str, example: String },
    /// `conv 3x3, (32 * alpha)` where that is 48/5.
    NotAnInteger { what: String, at: Place, value: Rational },
    /// `stride 0`, `dropout 1.5;`
    OutOfRange { what: String, at: Place, value: Rational, wanted: String },
    /// `stride 1x2x3`
    WrongLength { what: String, at: Span, found: usize, wanted: &'static str, example: String },
    /// `pad sam`
    UnknownWord { what: String, at: Span, word: String, known: &'static [&'static str] },
    /// `bias, no_bias`, `pool max 2x2, global;`
    Conflict { first: Span, second: Span },
    /// `pool avg global, stride 2;`
    WithoutEffect { argument: String, at: Span, why: &'static str },
}

impl ArgumentError {
    /// The error as it is shown.
    pub(super) fn diagnostic(&self, sources: &Sources) -> Diagnostic {
        match self {
            Self::MissingValue { layer, at, what, example } => {
                Diagnostic::new("missing_value", *at, format!("`{layer}` needs {what}"))
                    .help(format!("write `{example}`"))
            }
            Self::SurplusValue { layer, at, usage } => surplus_value(layer, *at, sources)
                .help(format!("remove it: `{usage}` takes no more values")),
            Self::InputChannels { layer, at, example } => surplus_value(layer, *at, sources)
                .help(format!("input channels are not written: `{example}`")),
            Self::WrongType { what, at, found, wanted } => {
                Diagnostic::new("wrong_type", *at, format!("{what} must be {wanted}, not {found}"))
            }
            Self::KernelExpected { layer, at, found, example } => {
                let message = format!("the first value of `{layer}` is its kernel, not {found}");
                Diagnostic::new("kernel_expected", *at, message).help(format!("write `{example}`"))
            }
            Self::NotAnInteger { what, at, value } => not_an_integer(what, *at, *value, sources),
            Self::OutOfRange { what, at, value, wanted } => {
                let message = format!("{what} must be {wanted}{}", but(*value, *at, sources));
                Diagnostic::new("out_of_range", at.span(), message)
            }
            Self::WrongLength { what, at, found, wanted, example } => {
                let message = format!("{what} takes {wanted}, not {found}");
                Diagnostic::new("wrong_length", *at, message).help(format!("write {example}"))
            }
            Self::UnknownWord { what, at, word, known } => unknown_word(what, *at, word, known),
            Self::Conflict { first, second } => {
                let (a, b) = (sources.text(*first), sources.text(*second));
                let message = format!("`{a}` and `{b}` exclude each other");
                Diagnostic::new("conflicting_arguments", *second, message)
                    .label(*first, "said here")
                    .help("keep one of them")
            }
            Self::WithoutEffect { argument, at, why } => {
                let message = format!("`{argument}` has no effect: {why}");
                Diagnostic::new("argument_without_effect", *at, message)
                    .help(format!("remove `{}`", sources.text(*at)))
            }
        }
    }
}

fn surplus_value(layer: &str, at: Span, sources: &Sources) -> Diagnostic {
    let message = format!("`{}` is one value too many for `{layer}`", sources.text(at));
    Diagnostic::new("surplus_value", at, message)
}

fn not_an_integer(what: &str, at: Place, value: Rational, sources: &Sources) -> Diagnostic {
    let message = format!("{what} must be an integer{}", but(value, at, sources));
    let diagnostic = Diagnostic::new("not_an_integer", at.span(), message);
    match Written::of(value, at, sources) {
        Written::Expression(text, _) => diagnostic.help(format!(
            "round it: `(round({text}))`, or `(round_to({text}, 8))` to a multiple of 8"
        )),
        Written::Literal(_) | Written::Among(..) => match value.floor().to_integer() {
            Some(below) => diagnostic.help(format!("write `{below}` or `{}`", below + 1)),
            None => diagnostic,
        },
    }
}

fn unknown_word(what: &str, at: Span, word: &str, known: &[&'static str]) -> Diagnostic {
    let diagnostic = Diagnostic::new("unknown_word", at, format!("{what} does not know `{word}`"));
    match did_you_mean(word, known.iter().copied()) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => diagnostic.help(format!("it knows `{}`, and numbers", known.join("`, `"))),
    }
}
