//! What can be wrong with a layer, as data, and the one place that turns it into text.

use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// A mistake in one layer.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerError {
    /// A value without a name too many.
    SurplusValue {
        /// The layer's name.
        layer: &'static str,
        /// The first of them.
        at: Span,
        /// What the layer takes.
        usage: &'static str,
    },
}

impl LayerError {
    /// The error as it is shown.
    pub fn diagnostic(&self, _sources: &Sources) -> Diagnostic {
        match self {
            Self::SurplusValue { layer, at, usage } => {
                Diagnostic::new("surplus_value", *at, format!("`{layer}` takes no further value"))
                    .help(format!("write `{usage}`"))
            }
        }
    }
}
