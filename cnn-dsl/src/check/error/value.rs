//! Errors in expressions and in what `repeat` goes through.

use crate::check::arguments::Place;
use crate::check::error::{count, near};
use crate::check::value;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::number::Rational;
use crate::source::Span;
use crate::syntax::FUNCTIONS;
use crate::syntax::ast::Ident;

/// A mistake in an expression.
#[derive(Debug)]
pub(in crate::check) enum ValueError {
    UnknownFunction { name: Ident },
    WrongCount { function: String, at: Span, takes: &'static str, given: usize },
    BadStep { at: Span, step: Rational },
    DivisionByZero { at: Place },
    NotAnInteger { at: Place, text: String, value: Rational },
    Overflow { at: Span, text: String },
    WrongType { at: Place, text: String, expected: &'static str, found: &'static str },
    ListTooLong { at: Span, limit: usize },
    NoElse { at: Span },
    OutOfRange { at: Span, index: String, length: usize },
    NegativeTurns { at: Span, text: String, turns: i128 },
    ReversedRange { at: Span, from: i128, to: i128 },
    TurnParts { at: Span, names: usize, parts: usize },
    ConstParts { at: Span, value: Span, names: usize, parts: usize },
}

impl ValueError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::UnknownFunction { name } => unknown_function(&name),
            Self::WrongCount { function, at, takes, given } => {
                let message = format!("`{function}` takes {takes}, not {given}");
                Diagnostic::new("wrong_argument_count", at, message)
            }
            Self::BadStep { at, step } => {
                let message = format!(
                    "`round_to` rounds to a positive integer, not to {}",
                    value::number(step)
                );
                Diagnostic::new("bad_rounding", at, message)
            }
            Self::DivisionByZero { at } => {
                Diagnostic::new("division_by_zero", at.span(), "division by zero")
                    .here(format!("this {} 0", at.verb()))
            }
            Self::NotAnInteger { at, text, value } => {
                let message = format!("an integer is needed, `{text}` {} {value}", at.verb());
                Diagnostic::new("not_an_integer", at.span(), message)
                    .help("round it with `floor`, `ceil`, `round` or `round_to`")
            }
            Self::Overflow { at, text } => {
                let message = format!("`{text}` is too large or too fine a number to be exact");
                Diagnostic::new("overflow", at, message)
                    .note("numbers are fractions of two integers below 2^127")
            }
            Self::WrongType { at, text, expected, found } => {
                let message = format!("{expected} is needed, `{text}` {} {found}", at.verb());
                Diagnostic::new("wrong_type", at.span(), message)
            }
            Self::ListTooLong { at, limit } => {
                Diagnostic::new("list_too_long", at, format!("a list of more than {limit} values"))
            }
            Self::NoElse { at } => {
                Diagnostic::new("no_else", at, "no condition holds and there is no `else`")
                    .help("a value needs an `else`: `if c { 2 } else { 1 }`")
            }
            Self::OutOfRange { at, index, length } => {
                let values = count(length, "value");
                let message = format!("index {index} in a list of {values}");
                let diagnostic = Diagnostic::new("out_of_range", at, message);
                match length.checked_sub(1) {
                    Some(last) => diagnostic.help(format!("indices are 0 to {last}")),
                    None => diagnostic,
                }
            }
            Self::NegativeTurns { at, text, turns } => {
                let message = format!("`repeat` cannot run {turns} times");
                let diagnostic = Diagnostic::new("negative_repeat", at, message);
                if text == turns.to_string() {
                    diagnostic
                } else {
                    diagnostic.note(format!("`{text}` is {turns}"))
                }
            }
            Self::ReversedRange { at, from, to } => {
                let message = format!("`repeat` counts up, not from {from} to {to}");
                Diagnostic::new("reversed_range", at, message)
                    .note("`a..b` ends before `b`; `a..a` is empty")
            }
            Self::ConstParts { at, value, names, parts } => {
                let (names, parts) = (count(names, "name"), count(parts, "value"));
                Diagnostic::new("const_names", at, format!("{names} for {parts}"))
                    .label(value, format!("holds {parts}"))
                    .help("as many names as values: `const (k, c) = (3, 16);`")
            }
            Self::TurnParts { at, names, parts } => {
                let message =
                    format!("{} for turns of {}", count(names, "name"), count(parts, "value"));
                Diagnostic::new("repeat_names", at, message)
                    .help("as many names as values: `repeat (k, c) in [(3, 16), (5, 24)]`")
            }
        }
    }
}

fn unknown_function(name: &Ident) -> Diagnostic {
    let close = did_you_mean(&name.name, FUNCTIONS).map(str::to_owned);
    let message = format!("unknown function `{}`", name.name);
    near(Diagnostic::new("unknown_function", name.span, message), close)
        .note(format!("functions are {}", FUNCTIONS.map(|f| format!("`{f}`")).join(", ")))
}
