//! The state of one model's expansion, and what every statement needs of it: reporting, names,
//! limits.

use std::collections::{HashMap, HashSet};

use crate::check::error::{Error, InputError, LimitError, NameError};
use crate::check::index::Index;
use crate::check::layers;
use crate::check::model::Declared;
use crate::check::network::Builder;
use crate::check::scope::Frame;
use crate::check::statements::Default;
use crate::check::trace::{self, Step};
use crate::diagnostic::{Diagnostic, Diagnostics, Visit, did_you_mean};
use crate::source::{Sources, Span};
use crate::syntax::ast::Application;
use crate::syntax::text;

/// The most layers after expansion.
const MAX_LAYERS: usize = 100_000;

/// The most statements and turns of `repeat` that are run.
const MAX_STEPS: usize = 1_000_000;

/// The most errors of one model, those of the same place in many turns included; then nothing runs
/// any more, and what was found is enough.
const MAX_ERRORS: usize = 10_000;

/// The statement that a layer stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// Its `///` lines.
    pub(super) docs: &'a [String],
    /// The statement.
    pub(super) span: Span,
}

/// One model on its way to a network.
#[derive(Debug)]
pub(super) struct Expander<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) sources: &'a Sources,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Names of the blocks that were expanded by any model.
    pub(super) expanded: &'a mut HashSet<String>,
    /// Whether this model has an error, be it one that another model had before.
    pub(super) failed: bool,
    pub(super) network: Builder,
    /// What the model's own statements say about it.
    pub(super) declared: Declared<'a>,
    /// The running model and blocks, innermost last; never empty.
    pub(super) frames: Vec<Frame>,
    /// `default` statements in force, the latest last.
    pub(super) defaults: Vec<Default>,
    pub(super) trace: Vec<Step>,
    /// Which run of the current statements this is.
    pub(super) visit: Visit,
    /// Where the declared layer stands that is being applied.
    pub(super) using: Option<Span>,
    /// Blocks being expanded.
    pub(super) calls: Vec<&'a str>,
    /// `repeat`s and calls being expanded, with the number of layers before them.
    pub(super) sites: Vec<(Span, usize)>,
    /// Statement lists within each other.
    pub(super) depth: usize,
    /// Above 0 only names are checked.
    pub(super) ghost: usize,
    /// Layers so far, those of auxiliary heads included.
    pub(super) layers: usize,
    steps: usize,
    errors: usize,
    /// Whether a limit was reached; nothing runs any more.
    pub(super) exhausted: bool,
    names: HashMap<String, Span>,
    texts: HashMap<Span, String>,
}

impl<'a> Expander<'a> {
    /// The expansion of a model that is called so.
    pub(super) fn new(
        index: &'a Index<'a>,
        sources: &'a Sources,
        diagnostics: &'a mut Diagnostics,
        expanded: &'a mut HashSet<String>,
        declared: Declared<'a>,
    ) -> Self {
        let visit = diagnostics.visit();
        Self {
            index,
            sources,
            diagnostics,
            expanded,
            failed: false,
            network: Builder::default(),
            declared,
            frames: vec![Frame::new(true, String::new(), None)],
            defaults: Vec::new(),
            trace: Vec::new(),
            visit,
            using: None,
            calls: Vec::new(),
            sites: Vec::new(),
            depth: 0,
            ghost: 0,
            layers: 0,
            steps: 0,
            errors: 0,
            exhausted: false,
            names: HashMap::new(),
            texts: HashMap::new(),
        }
    }

    /// Reports an error, with the expansion as its note.
    pub(super) fn error(&mut self, error: impl Into<Error>) {
        self.failed = true;
        self.errors += 1;
        self.exhausted |= self.errors == MAX_ERRORS;
        let mut diagnostic = error.into().diagnostic();
        diagnostic.notes.extend(trace::notes(&self.trace));
        self.push(diagnostic);
    }

    /// Tells an error of the statement that runs.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        match self.using {
            Some(declared) => self.diagnostics.push_use(self.visit, declared, diagnostic),
            None => self.diagnostics.push_in(self.visit, diagnostic),
        }
    }

    /// Goes into a call, a turn or an instance; gives what [`Self::leave`] needs.
    pub(super) fn enter(&mut self, step: Step) -> Visit {
        self.trace.push(step);
        let inner = self.diagnostics.visit();
        std::mem::replace(&mut self.visit, inner)
    }

    /// Comes back out of it.
    pub(super) fn leave(&mut self, outer: Visit) {
        self.trace.pop();
        self.visit = outer;
    }

    /// Reports a name that nothing is bound to.
    pub(super) fn unknown_name(&mut self, name: &str, at: Span) {
        let activations =
            layers::all().iter().map(|s| s.name).filter(|n| layers::held(n).is_some());
        let candidates = self.frame().names().chain(activations).chain(["last"]);
        let near = did_you_mean(name, candidates).map(str::to_owned);
        self.error(NameError::UnknownName { name: name.to_owned(), at, near });
    }

    /// Reports, once, that the model computes before it has an input.
    pub(super) fn no_input(&mut self) {
        let (name, at) = (self.declared.model.name.name.clone(), self.declared.model.name.span);
        self.frame_mut().started = true;
        self.error(InputError::NoInput { name, at });
    }

    /// The running model or block.
    pub(super) fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    /// The same, to change it.
    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        let innermost = self.frames.len() - 1;
        &mut self.frames[innermost]
    }

    /// Whether layers are built: not in an arm not taken, not after a limit was reached.
    pub(super) fn live(&self) -> bool {
        self.ghost == 0 && !self.exhausted
    }

    /// A text as messages show it: one line, no comments, no parentheses around it.
    pub(super) fn text(&self, span: Span) -> String {
        text::expression(self.sources.text(span))
    }

    /// A statement's text as the emitted documentation shows it.
    pub(super) fn statement_text(&mut self, span: Span) -> String {
        let sources = self.sources;
        self.texts.entry(span).or_insert_with(|| text::statement(sources.text(span))).clone()
    }

    /// The full name of a statement's layer or block call, claimed.
    pub(super) fn layer_name(&mut self, kind: &str, app: &'a Application) -> String {
        if !self.live() {
            return String::new();
        }
        let counted = self.frame_mut().level.next(kind);
        let (name, at) = match &app.as_name {
            None => (counted, app.name.span),
            Some(given) => {
                let many = self.frame().many;
                (self.frame_mut().level.given(&given.name, given.span, many), given.span)
            }
        };
        self.claim(&name, at);
        name
    }

    /// Takes a full name; an error where it is taken already.
    pub(super) fn claim(&mut self, name: &str, at: Span) {
        // Names and documentation take memory with each expansion.
        self.charge(name.len() / 256);
        if let Some(&first) = self.names.get(name) {
            self.error(NameError::NameClash { name: name.to_owned(), at, first });
        } else {
            self.names.insert(name.to_owned(), at);
        }
    }

    /// Counts a layer; `false` where there are too many.
    pub(super) fn count_layer(&mut self) -> bool {
        self.layers += 1;
        if self.layers > MAX_LAYERS {
            let at = self.culprit();
            self.exhaust(LimitError::TooManyLayers { at, limit: MAX_LAYERS });
        }
        !self.exhausted
    }

    /// Counts statements and turns, which may run without making layers.
    pub(super) fn charge(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            let at = self.culprit();
            self.exhaust(LimitError::TooManySteps { at, limit: MAX_STEPS });
        }
    }

    /// Statements, turns and layers that were run.
    pub(super) fn work(&self) -> usize {
        self.steps + self.layers
    }

    fn exhaust(&mut self, error: impl Into<Error>) {
        if !self.exhausted {
            self.exhausted = true;
            self.error(error);
        }
    }

    /// The innermost `repeat` or call that alone makes too many layers, else the outermost.
    fn culprit(&self) -> Span {
        let alone = self.sites.iter().rev().find(|(_, before)| self.layers - before > MAX_LAYERS);
        let site = alone.or(self.sites.first());
        site.map_or(self.declared.model.name.span, |(span, _)| *span)
    }
}
