//! Errors in what stands behind a layer's or block's name.

use crate::check::error::{count, list, near};
use crate::check::statements::DEFAULTED;
use crate::diagnostic::{Diagnostic, is_unnamed};
use crate::source::Span;
use crate::syntax::ast::Ident;

/// A mistake in an item.
#[derive(Debug)]
pub(in crate::check) enum ItemError {
    BareExpression {
        what: &'static str,
        at: Span,
        text: String,
    },
    MissingComma {
        at: Span,
        before: Span,
    },
    MissingSemicolon {
        at: Span,
        name: String,
        behind: Span,
        /// Whether a comma stands between.
        comma: bool,
    },
    ArgumentWithoutValue {
        layer: String,
        name: String,
        at: Span,
    },
    GivenTwice {
        layer: String,
        name: String,
        at: Span,
        first: Span,
    },
    Contradiction {
        at: Span,
        first: Span,
        a: String,
        b: String,
    },
    WordAlone {
        at: Span,
        name: String,
        word: String,
    },
    UnknownArgument(UnknownArgument),
    TakesNoValue {
        name: String,
        at: Span,
    },
    SurplusArgument {
        block: String,
        at: Span,
        declared: Span,
        takes: usize,
    },
    MissingArgument {
        block: String,
        name: Ident,
        at: Span,
        tensor: bool,
    },
    NoDefaults {
        name: Ident,
        near: Option<String>,
    },
    NoDefaultValue {
        at: Span,
        layer: String,
    },
    OnlyWhereUsed {
        name: Ident,
        at: Span,
    },
    DeclaredOperands {
        name: Ident,
    },
    DeclaredBlock {
        name: Ident,
    },
}

impl ItemError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::BareExpression { what, at, text } => bare(what, at, &text),
            Self::MissingComma { at, before } => {
                Diagnostic::new("missing_comma", at, "a `,` is missing before this")
                    .label(end(before), "`,` belongs here")
            }
            Self::MissingSemicolon { at, name, behind, comma: true } => {
                let message = format!("`{name}` is no post-operation, but a statement of its own");
                Diagnostic::new("missing_semicolon", at, message)
                    .label(end(behind), "`;` belongs here, not `,`")
            }
            Self::MissingSemicolon { at, name, behind, comma: false } => {
                let message = format!("a `;` is missing before `{name}`");
                Diagnostic::new("missing_semicolon", at, message)
                    .here("begins another statement")
                    .label(end(behind), "`;` belongs here")
            }
            Self::ArgumentWithoutValue { layer, name, at } => {
                let message = format!("`{name}` of `{layer}` has no value");
                Diagnostic::new("missing_value", at, message)
                    .help(format!("write it behind the word: `{name} VALUE`"))
            }
            Self::GivenTwice { layer, name, at, first } => {
                Diagnostic::new("given_twice", at, format!("`{name}` of `{layer}` is given twice"))
                    .label(first, "first here")
            }
            Self::Contradiction { at, first, a, b } => {
                Diagnostic::new("contradiction", at, format!("`{b}` contradicts `{a}`"))
                    .label(first, format!("`{a}` here"))
            }
            Self::WordAlone { at, name, word } => {
                let message = format!("`{word}` is a value of `{name}`");
                Diagnostic::new("unnamed_value", at, message).help(format!("write `{name} {word}`"))
            }
            Self::UnknownArgument(unknown) => unknown.diagnostic(),
            Self::TakesNoValue { name, at } => {
                Diagnostic::new("surplus_value", at, format!("`{name}` takes no value"))
            }
            Self::SurplusArgument { block, at, declared, takes } => {
                let takes = count(takes, "value");
                let message = format!("a value too many for `{block}`, which takes {takes}");
                Diagnostic::new("surplus_value", at, message).label(declared, "declared here")
            }
            Self::MissingArgument { block, name, at, tensor } => {
                let message = format!("`{block}` needs a value for `{}`", name.name);
                let what = if tensor { "TENSOR" } else { "VALUE" };
                Diagnostic::new("missing_argument", at, message)
                    .label(name.span, "has no default")
                    .help(format!("write `{} {what}`", name.name))
            }
            Self::NoDefaults { name, near: close } => {
                let message = format!("`default` cannot speak of `{}`", name.name);
                let names = DEFAULTED.map(str::to_owned);
                near(Diagnostic::new("unknown_default", name.span, message), close)
                    .note(format!("it speaks of {}", list(&names)))
            }
            Self::NoDefaultValue { at, layer } => {
                let message = "`default` takes named arguments and flags only";
                Diagnostic::new("default_value", at, message)
                    .help(format!("write this where `{layer}` is used"))
            }
            Self::OnlyWhereUsed { name, at } => {
                let message = format!("this belongs where `{}` is used", name.name);
                Diagnostic::new("declared_layer", at, message)
                    .note("`layer` declares one built-in layer and its arguments")
            }
            Self::DeclaredOperands { name } => {
                let message = format!("`{}` has no weights that `layer` could declare", name.name);
                Diagnostic::new("declared_layer", name.span, message)
            }
            Self::DeclaredBlock { name } => {
                let message =
                    format!("`{}` is a block, `layer` declares a built-in one", name.name);
                Diagnostic::new("declared_layer", name.span, message)
            }
        }
    }
}

/// A word that a layer or block does not know.
#[derive(Debug)]
pub(in crate::check) struct UnknownArgument {
    pub(in crate::check) layer: String,
    pub(in crate::check) word: String,
    pub(in crate::check) at: Span,
    /// Whether a value stands behind it.
    pub(in crate::check) valued: bool,
    pub(in crate::check) near: Option<String>,
    /// The activation that is its value.
    pub(in crate::check) activation: Option<String>,
    pub(in crate::check) takes: Vec<String>,
    pub(in crate::check) usage: Option<&'static str>,
}

impl UnknownArgument {
    fn diagnostic(self) -> Diagnostic {
        let Self { layer, word, at, valued, near: close, activation, takes, usage } = self;
        let what = if valued { "argument" } else { "word" };
        let message = format!("unknown {what} `{word}` for `{layer}`");
        let diagnostic = Diagnostic::new("unknown_argument", at, message);
        if let Some(activation) = activation {
            return diagnostic.help(format!("write `{activation}` alone"));
        }
        let unnamed = usage.filter(|_| close.is_none() && valued && is_unnamed(&word));
        if let Some(usage) = unnamed {
            return diagnostic.help(format!("its value has no name: `{usage}`"));
        }
        let diagnostic = match close {
            Some(_) => near(diagnostic, close),
            None if takes.is_empty() => diagnostic.note(format!("`{layer}` takes none")),
            None => diagnostic.note(format!("`{layer}` takes {}", list(&takes))),
        };
        match usage {
            Some(usage) => diagnostic.note(format!("it is written `{usage}`")),
            None => diagnostic,
        }
    }
}

fn bare(what: &str, at: Span, text: &str) -> Diagnostic {
    let message = match what {
        "operator" => "the operator `-` stands outside parentheses".to_owned(),
        what => format!("the {what} `{text}` stands outside parentheses"),
    };
    Diagnostic::new("bare_expression", at, message)
        .help(format!("put the expression in parentheses: `({text})`"))
}

/// The place just behind a text.
fn end(span: Span) -> Span {
    Span { start: span.end, ..span }
}
