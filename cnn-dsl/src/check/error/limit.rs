//! Errors about limits: the compiler's own and the user's budgets.

use crate::check::error::near;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Ident;

/// A limit that is exceeded or not understood.
#[derive(Debug)]
pub(in crate::check) enum LimitError {
    TooDeep { at: Span, name: String, limit: usize },
    TooManyLayers { at: Span, limit: usize },
    TooManySteps { at: Span, limit: usize },
    UnknownBudget { name: Ident, near: Option<String> },
    NegativeBudget { at: Span },
    OverBudget { at: Span, what: &'static str, found: u64, limit: u64 },
}

impl LimitError {
    /// The error as it is shown.
    pub(super) fn diagnostic(self) -> Diagnostic {
        match self {
            Self::TooDeep { at, name, limit } => {
                let message = format!("`{name}` stands more than {limit} blocks and braces deep");
                Diagnostic::new("too_deep", at, message)
            }
            Self::TooManyLayers { at, limit } => {
                let message = format!("the model has more than {limit} layers");
                Diagnostic::new("too_many_layers", at, message).here("they are exceeded here")
            }
            Self::TooManySteps { at, limit } => {
                let message = format!("the model runs more than {limit} statements and turns");
                Diagnostic::new("too_many_steps", at, message).here("they are exceeded here")
            }
            Self::UnknownBudget { name, near: close } => {
                let message = format!("unknown budget `{}`", name.name);
                near(Diagnostic::new("unknown_budget", name.span, message), close)
                    .note("budgets are on `parameters`, `mult_adds`, `arena` and `weights`")
            }
            Self::NegativeBudget { at } => {
                Diagnostic::new("negative_budget", at, "a budget is at least 0")
            }
            Self::OverBudget { at, what, found, limit } => {
                let message = format!("{found} {what}, {limit} are allowed");
                Diagnostic::new("over_budget", at, message)
                    .note(format!("{} above the budget", found.saturating_sub(limit)))
            }
        }
    }
}
