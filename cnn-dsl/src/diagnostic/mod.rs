//! What the compiler says to the user: one type, filled in one place a stage, shown by three sinks
//! (`compile_error!` in the macro, [`render`] for terminals and build scripts, JSON in the command).

mod other_names;
#[cfg(feature = "render")]
mod render;
mod suggest;

pub use other_names::{is_unnamed, names_activation};
#[cfg(feature = "render")]
pub use render::{render, render_coloured};
pub use suggest::did_you_mean;

use std::collections::{HashMap, HashSet};

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

/// How many messages of the same mistake with other values are shown.
const MAX_SHOWN: usize = 3;

/// One of the times that a text is run: by a model, a block's call, a turn of a `repeat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit(usize);

/// A place in the list of what was said.
#[cfg(feature = "frontend")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// The sink that goes through a stage; one gate at the stage's end.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    known: HashSet<(&'static str, Span, String)>,
    /// Mistakes in what is run more than once.
    told: HashMap<(&'static str, Span), Told>,
    /// Mistakes of declared layers, by where they are declared.
    uses: HashMap<(&'static str, Span), Uses>,
    /// Visits so far.
    visits: usize,
    /// How often one more came when all that are kept were there.
    cut: usize,
}

/// A mistake as it was told first, and how it came again with other values.
#[derive(Debug)]
struct Told {
    visit: Visit,
    /// Where in the list.
    index: usize,
    /// How many messages were not told.
    others: usize,
    /// The first of them.
    shown: Vec<String>,
}

/// A declared layer's mistake as its first use told it.
#[derive(Debug)]
struct Uses {
    visit: Visit,
    /// Where in the list.
    index: usize,
    /// How many other uses make the same mistake.
    others: usize,
}

impl Diagnostics {
    /// A text is run once more.
    pub fn visit(&mut self) -> Visit {
        self.visits += 1;
        Visit(self.visits)
    }

    /// Adds an error. The same error at the same place is kept once, and no more than ten thousand
    /// are.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_new(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Adds an error in a text that may be run again. The same mistake in another visit is told with
    /// the first, whatever its values.
    pub fn push_in(&mut self, visit: Visit, diagnostic: Diagnostic) {
        if !self.is_new(&diagnostic) {
            return;
        }
        let index = self.list.len();
        let told = self.told.entry((diagnostic.code, diagnostic.primary.span));
        let told = told.or_insert(Told { visit, index, others: 0, shown: Vec::new() });
        if told.visit == visit {
            self.list.push(diagnostic);
            return;
        }
        told.others += 1;
        if told.others <= MAX_SHOWN {
            told.shown.push(diagnostic.message);
        }
    }

    /// How far the list goes now.
    #[cfg(feature = "frontend")]
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.list.len())
    }

    /// The errors that were added after a mark.
    #[cfg(feature = "frontend")]
    pub(crate) fn since(&self, mark: Mark) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().skip(mark.0)
    }

    /// Takes back the errors that were added after a mark.
    #[cfg(feature = "frontend")]
    pub(crate) fn take_back(&mut self, mark: Mark) {
        for diagnostic in self.list.drain(mark.0.min(self.list.len())..) {
            let Diagnostic { code, message, primary, .. } = diagnostic;
            self.known.remove(&(code, primary.span, message));
        }
        self.told.retain(|_, told| told.index < mark.0);
        self.uses.retain(|_, uses| uses.index < mark.0);
    }

    /// Adds an error that a layer declared at `declared` makes where it is used. The same mistake of
    /// another use is told with the first.
    pub fn push_use(&mut self, visit: Visit, declared: Span, diagnostic: Diagnostic) {
        let (code, index) = (diagnostic.code, self.list.len());
        let Some(uses) = self.uses.get_mut(&(code, declared)) else {
            self.push_in(visit, diagnostic);
            if self.list.len() > index {
                self.uses.insert((code, declared), Uses { visit, index, others: 0 });
            }
            return;
        };
        let Some(first) = self.list.get(uses.index) else { return };
        let primary = first.primary.span == diagnostic.primary.span;
        if uses.visit != visit {
            // The use that told it first, run again; the others are told with it already.
            if primary {
                self.push_in(visit, diagnostic);
            }
        } else if !primary || first.labels != diagnostic.labels {
            uses.others += 1;
        }
    }

    /// Whether an error was not there before and is to be kept.
    fn is_new(&mut self, diagnostic: &Diagnostic) -> bool {
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.message.clone());
        if self.known.len() == MAX_KEPT {
            self.cut += usize::from(!self.known.contains(&key));
            return false;
        }
        self.known.insert(key)
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
        for uses in self.uses.into_values().filter(|uses| uses.others > 0) {
            let plural = if uses.others > 1 { "s" } else { "" };
            self.list[uses.index].notes.push(format!("and {} more use{plural}", uses.others));
        }
        for told in self.told.into_values().filter(|told| told.others > 0) {
            let more = if told.others > MAX_SHOWN { "\n..." } else { "" };
            let shown = told.shown.join("\n");
            let note = format!("and {} more with other values:\n{shown}{more}", told.others);
            self.list[told.index].notes.push(note);
        }
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
    fn a_mistake_in_many_visits_is_told_once() {
        let at = Span { file: FileId(0), start: 0, end: 1 };
        let mut diagnostics = Diagnostics::default();
        for call in 0..5 {
            let visit = diagnostics.visit();
            for parameter in ["a", "b"] {
                let message = format!("{parameter} is {call}");
                diagnostics.push_in(visit, Diagnostic::new("code", at, message));
            }
            diagnostics.push_in(visit, Diagnostic::new("other", at, "the same in all"));
        }
        let list = diagnostics.into_vec();
        let messages: Vec<&str> = list.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages, ["a is 0", "b is 0", "the same in all"]);
        assert_eq!(list[0].notes, ["and 8 more with other values:\na is 1\nb is 1\na is 2\n..."]);
        assert!(list[1].notes.is_empty() && list[2].notes.is_empty());
    }

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
