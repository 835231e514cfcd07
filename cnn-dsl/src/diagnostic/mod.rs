//! What the compiler says to the user: one type, filled in one place a stage, shown by three sinks
//! (`compile_error!` in the macro, [`render`] for terminals and build scripts, JSON in the command).

#[cfg(feature = "render")]
mod render;
mod suggest;

#[cfg(feature = "render")]
pub use render::{render, render_coloured};
pub use suggest::did_you_mean;

use std::collections::HashSet;

use crate::source::Span;

/// One error: what, where, with which numbers, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind, snake case: `channel_mismatch`.
    pub code: &'static str,
    /// One line, lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// The smallest text that is wrong, and what is to be said right there (may be empty).
    pub primary: Label,
    /// Other places that take part.
    pub labels: Vec<Label>,
    /// Facts behind the message; an expansion trace stands here: "in normal, repeat 3 of 6".
    pub notes: Vec<String>,
    /// How to mend it.
    pub help: Vec<String>,
}

/// A place and what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error with its place; the rest is added by the `with_` functions.
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Label { span, text: String::new() },
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says something at the primary place.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a second place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a cure.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// More errors than anyone reads; a hostile text could have one every other byte.
const MAX_KEPT: usize = 10_000;

/// The sink that goes through a stage; one gate at the stage's end.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    known: HashSet<(&'static str, Span, String)>,
    /// How often one more came when all that are kept were there.
    cut: usize,
}

impl Diagnostics {
    /// Adds an error. The same error at the same place (a block expanded twice) is kept once, and
    /// no more than ten thousand are.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.message.clone());
        if self.list.len() == MAX_KEPT {
            self.cut += usize::from(!self.known.contains(&key));
        } else if self.known.insert(key) {
            self.list.push(diagnostic);
        }
    }

    /// How many errors there are, those not kept included.
    pub fn len(&self) -> usize {
        self.list.len() + self.cut
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The errors, in the order of the text.
    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| (d.primary.span.file, d.primary.span.start));
        if let Some(last) = self.list.last_mut().filter(|_| self.cut > 0) {
            last.notes
                .push(format!("there are more than {MAX_KEPT} errors: the others are not shown"));
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics, MAX_KEPT};
    use crate::source::{FileId, Span};

    #[test]
    fn an_error_is_kept_once_and_no_more_than_ten_thousand_are() {
        let at = |start| Span { file: FileId(0), start, end: start + 1 };
        let mut diagnostics = Diagnostics::default();
        for start in (0..20_000).rev() {
            diagnostics.push(Diagnostic::new("code", at(start), "message"));
            diagnostics.push(Diagnostic::new("code", at(start), "message"));
        }
        let list = diagnostics.into_vec();
        assert_eq!(list.len(), MAX_KEPT);
        assert!(list.is_sorted_by_key(|diagnostic| diagnostic.primary.span.start));
        assert_eq!(list[MAX_KEPT - 1].notes.len(), 1);
        assert!(list[..MAX_KEPT - 1].iter().all(|diagnostic| diagnostic.notes.is_empty()));
    }
}
