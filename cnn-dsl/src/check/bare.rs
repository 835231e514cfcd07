//! Indices, calls and differences that stand among a layer's items without their parentheses. To
//! the grammar `xs[i]` is a name and a list behind it, as in `stride [1, 2]`; what the names mean
//! tells them apart.

use crate::check::arguments::Value;
use crate::check::error::ItemError;
use crate::check::expand::Expander;
use crate::check::layers;
use crate::check::scope::Binding;
use crate::diagnostic::Mark;
use crate::source::Span;
use crate::syntax::FUNCTIONS;
use crate::syntax::ast::{Application, Expr, ExprKind};

/// An expression without its parentheses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare {
    /// `index`, `call` or `operator`.
    pub(super) what: &'static str,
    /// How many parts of the item it has.
    pub(super) parts: usize,
    /// All of it.
    pub(super) whole: Span,
    /// What the error points at: an operator, else all of it.
    pub(super) at: Span,
}

impl<'a> Expander<'a> {
    /// The expression that these parts of an item begin with, if it needs parentheses. Its first
    /// word is no argument and no flag.
    pub(super) fn bare(&self, atoms: &[Expr]) -> Option<Bare> {
        let (first, rest) = atoms.split_first()?;
        let mut what = self.joins(first, rest.first()?)?;
        let (mut parts, mut whole, mut at) = match what {
            "call" => (2, first.span.to(rest.first()?.span), None),
            _ => (1, first.span, None),
        };
        for next in &atoms[parts..] {
            let Some(more) = self.goes_on(next) else { break };
            if more == "operator" && at.is_none() {
                what = more;
                at = Some(Span { end: next.span.start + 1, ..next.span });
            }
            (parts, whole) = (parts + 1, whole.to(next.span));
        }
        Some(Bare { what, parts, whole, at: at.unwrap_or(whole) })
    }

    /// What a value and what stands behind it are together.
    fn joins(&self, first: &Expr, next: &Expr) -> Option<&'static str> {
        let grouped = self.begins(first, '(');
        let number = matches!(first.kind, ExprKind::Number(_));
        let (list, number) = match &first.kind {
            ExprKind::Name(word) => match self.frame().find(word).map(|entry| &entry.binding) {
                Some(Binding::Value(Some(Value::List(_) | Value::Tuple(_)))) => (true, false),
                Some(Binding::Value(Some(Value::Number(_)))) => (false, true),
                Some(Binding::Value(None)) => (true, true),
                Some(_) => (false, false),
                None if FUNCTIONS.contains(&word.as_str()) && self.begins(next, '(') => {
                    return Some("call");
                }
                None => (false, false),
            },
            ExprKind::List(_) => (true, false),
            _ => (grouped, grouped || number),
        };
        self.goes_on(next).filter(|what| if *what == "index" { list } else { number })
    }

    /// What a part of an item is behind a value: an index, or a number taken away.
    fn goes_on(&self, next: &Expr) -> Option<&'static str> {
        match &next.kind {
            ExprKind::List(parts) if parts.len() == 1 => Some("index"),
            ExprKind::Unary(..) | ExprKind::Number(_) if self.begins(next, '-') => Some("operator"),
            _ => None,
        }
    }

    /// Whether the expression's text begins so.
    fn begins(&self, e: &Expr, first: char) -> bool {
        self.sources.text(e.span).starts_with(first)
    }

    pub(super) fn bare_error(&self, bare: Bare) -> ItemError {
        ItemError::BareExpression { what: bare.what, at: bare.at, text: self.text(bare.whole) }
    }

    /// An argument of the name of a list of the caller's is still an argument: `sep widths [3]`
    /// gives the block a list. Where the statement fails over it, it was meant as an index, and so
    /// a size as a call: their errors take the place of those that came of them.
    pub(super) fn blame_bare(&mut self, app: &'a Application, mark: Mark) {
        const SYMPTOMS: [&str; 4] =
            ["given_twice", "missing_argument", "missing_value", "wrong_type"];
        if !self.diagnostics.since(mark).any(|error| SYMPTOMS.contains(&error.code)) {
            return;
        }
        let pairs = app.items.iter().flat_map(|item| item.atoms.windows(2));
        let bare: Vec<ItemError> = pairs
            .filter_map(|pair| {
                let [name, value] = pair else { return None };
                let what = self.mistaken(&app.name.name, name, value)?;
                let whole = name.span.to(value.span);
                Some(Bare { what, parts: 2, whole, at: whole })
            })
            .map(|bare| self.bare_error(bare))
            .collect();
        if !bare.is_empty() {
            self.diagnostics.take_back(mark);
            bare.into_iter().for_each(|error| self.error(error));
        }
    }

    /// What an argument and its value may have been meant to be instead.
    fn mistaken(&self, layer: &str, name: &Expr, value: &Expr) -> Option<&'static str> {
        let ExprKind::Name(word) = &name.kind else { return None };
        let declared = self.index.block(layer).into_iter().flat_map(|block| &block.params);
        let argument = declared.clone().any(|p| p.name.name == *word && !p.tensor)
            || layers::signature(layer).is_some_and(|s| s.arguments.contains(&word.as_str()));
        if !argument {
            return None;
        }
        let found = |name: &str| self.frame().find(name).map(|entry| &entry.binding);
        let list =
            matches!(found(word), Some(Binding::Value(Some(Value::List(_) | Value::Tuple(_)))));
        if list && self.goes_on(value) == Some("index") {
            return Some("index");
        }
        let ExprKind::Name(of) = &value.kind else { return None };
        let tensor = of == "last" || matches!(found(of), Some(Binding::Tensor(_)));
        let size = matches!(word.as_str(), "height" | "width" | "channels");
        (size && tensor && self.begins(value, '(')).then_some("call")
    }
}
