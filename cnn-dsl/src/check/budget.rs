//! `budget parameters <= 5M, mult_adds <= 600M, arena <= 8MB, weights <= 20MB;`: the first two are
//! checked here, the others need the plan.

use crate::check::error::{ItemError, LimitError};
use crate::check::expand::Expander;
use crate::diagnostic::did_you_mean;
use crate::ir::{Budget, BudgetKind};
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident};

/// What may be limited.
const KINDS: [(&str, Kind); 4] = [
    ("parameters", Kind::Parameters),
    ("mult_adds", Kind::MultAdds),
    ("arena", Kind::Plan(BudgetKind::Arena)),
    ("weights", Kind::Plan(BudgetKind::Weights)),
];

/// A limited figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Parameters,
    MultAdds,
    Plan(BudgetKind),
}

/// A limit.
#[derive(Debug)]
pub(super) struct Limit {
    kind: Kind,
    limit: u64,
    span: Span,
}

impl<'a> Expander<'a> {
    /// Reads a `budget` statement.
    pub(super) fn budget(&mut self, limits: &'a [(Ident, Expr)]) {
        for (name, limit) in limits {
            let known = KINDS.iter().find(|(word, _)| *word == name.name);
            if known.is_none() {
                let words = KINDS.iter().map(|(word, _)| *word);
                let near = did_you_mean(&name.name, words).map(str::to_owned);
                self.error(LimitError::UnknownBudget { name: name.clone(), near });
            }
            let Some(value) = self.integer(limit) else { continue };
            let Ok(value) = u64::try_from(value) else {
                self.error(LimitError::NegativeBudget { at: limit.span });
                continue;
            };
            if let Some((_, kind)) = known {
                let span = name.span.to(limit.span);
                let first = self.declared.budgets.iter().find(|other| other.kind == *kind);
                if let Some(first) = first.map(|other| other.span) {
                    let (layer, name) = ("budget".to_owned(), name.name.clone());
                    self.error(ItemError::GivenTwice { layer, name, at: span, first });
                    continue;
                }
                self.declared.budgets.push(Limit { kind: *kind, limit: value, span });
            }
        }
    }

    /// Compares the network with the limits that need no plan.
    pub(super) fn check_budgets(&mut self) {
        let parameters = self.network.weights.iter().flat_map(|w| &w.tensors);
        let parameters = parameters.filter(|t| !t.role.is_statistic()).map(|t| t.len() as u64);
        let parameters: u64 = parameters.sum();
        let mult_adds = u64::try_from(self.network.mult_adds()).unwrap_or(u64::MAX);
        let limits: Vec<(Kind, u64, Span)> =
            self.declared.budgets.iter().map(|b| (b.kind, b.limit, b.span)).collect();
        for (kind, limit, at) in limits {
            let (what, found) = match kind {
                Kind::Parameters => ("parameters", parameters),
                Kind::MultAdds => ("mult-adds", mult_adds),
                Kind::Plan(_) => continue,
            };
            if found > limit {
                self.error(LimitError::OverBudget { at, what, found, limit });
            }
        }
    }
}

/// The limits that need the plan.
pub(super) fn for_plan(limits: &[Limit]) -> Vec<Budget> {
    let limits = limits.iter().filter_map(|limit| match limit.kind {
        Kind::Plan(what) => Some(Budget { what, limit: limit.limit, span: limit.span }),
        Kind::Parameters | Kind::MultAdds => None,
    });
    limits.collect()
}
