//! Errors in inputs, outputs and their preprocessing.

use crate::check::error::near;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Ident;

/// A mistake where a network begins or ends.
#[derive(Debug)]
pub(in crate::check) enum InputError {
    NoInput { name: String, at: Span },
    UnnamedInput { at: Span },
    InputItem { at: Span, word: Option<String>, near: Option<String> },
    PerChannel { at: Span, given: usize, channels: usize },
    ChannelOrder { at: Span },
    OrderNeedsThree { at: Span, channels: usize },
    OutputNoTensor { name: Ident },
    OutputTwice { name: Ident, first: Span, other: String },
    OutputIsInput { name: String, at: Span },
}

impl InputError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::NoInput { name, at } => {
                Diagnostic::new("no_input", at, format!("`{name}` has no `input` to start from"))
                    .help("begin with `input 224x224x3;`")
            }
            Self::UnnamedInput { at } => {
                Diagnostic::new("unnamed_input", at, "a second input needs a name")
                    .help("name it: `input meta: 1x1x8;`")
            }
            Self::InputItem { at, word, near: close } => {
                let message = match word {
                    Some(word) => format!("unknown preprocessing `{word}`"),
                    None => "preprocessing begins with a word".to_owned(),
                };
                near(Diagnostic::new("unknown_preprocessing", at, message), close)
                    .note("preprocessing is `u8`, `scale`, `offset`, `mean`, `std` and `order bgr`")
            }
            Self::PerChannel { at, given, channels } => {
                let message = format!("{given} values for {channels} channels");
                Diagnostic::new("per_channel", at, message)
                    .help("give one number for all channels, or one a channel")
            }
            Self::ChannelOrder { at } => {
                Diagnostic::new("channel_order", at, "the order of channels is `rgb` or `bgr`")
            }
            Self::OrderNeedsThree { at, channels } => {
                let message = format!("`order bgr` needs 3 channels, the input has {channels}");
                Diagnostic::new("channel_order", at, message)
            }
            Self::OutputNoTensor { name } => {
                let message = format!("`{}` is no tensor", name.name);
                Diagnostic::new("output_no_tensor", name.span, message)
                    .help("an output is a name bound by `let`, or `last`")
            }
            Self::OutputTwice { name, first, other } => {
                let message = if name.name == other {
                    format!("`{other}` is an output twice")
                } else {
                    format!("`{}` is the same tensor as the output `{other}`", name.name)
                };
                Diagnostic::new("duplicate_output", name.span, message).label(first, "first here")
            }
            Self::OutputIsInput { name, at } => {
                let message = format!("the output `{name}` is an input, untouched");
                Diagnostic::new("output_is_input", at, message)
                    .help("an output is a layer's result; `identity` makes one")
            }
        }
    }
}
