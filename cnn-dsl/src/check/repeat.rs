//! `repeat N { }`, `repeat i in 0..n { }`, `repeat (k, c) in [(3, 16), (5, 24)] { }`.

use crate::check::arguments::Value;
use crate::check::error::ValueError;
use crate::check::eval::part;
use crate::check::expand::Expander;
use crate::check::scope::{Around, Scope};
use crate::check::statements::keyword;
use crate::check::trace::Step;
use crate::number::Rational;
use crate::source::Span;
use crate::syntax::ast::{Expr, Ident, RepeatHeader, Statement};

/// What is gone through.
enum Turns {
    /// So often, from a number on.
    Count { from: i128, turns: i128 },
    /// One a value.
    Values(Vec<Value>),
}

impl<'a> Expander<'a> {
    /// Runs a `repeat`: each turn is a scope of its own, the running tensor carries over.
    pub(super) fn repeat(&mut self, header: &'a RepeatHeader, body: &'a [Statement], span: Span) {
        let (names, turns): (&'a [Ident], _) = match header {
            RepeatHeader::Times(times) => (&[], self.times(times)),
            RepeatHeader::Each { names, over } => (names, self.turns(names, over)),
        };
        let count = match &turns {
            Some(Turns::Count { turns, .. }) => usize::try_from(*turns).unwrap_or(usize::MAX),
            Some(Turns::Values(values)) => values.len(),
            None => 0,
        };
        let many = self.frame().many;
        self.frame_mut().around.push(Around::Repeat);
        let Some(turns) = turns else {
            // After an error nobody knows how often, nor what comes of it.
            self.unrepeated(names, body);
            self.frame_mut().around.pop();
            self.frame_mut().last = None;
            return;
        };
        if count == 0 {
            self.unrepeated(names, body);
        }
        self.frame_mut().many = many || count > 1;
        self.sites.push((keyword(span, "repeat"), self.layers));
        for turn in 0..count {
            self.charge(1);
            if self.exhausted || self.frame().results.is_some() {
                break;
            }
            let value = match &turns {
                Turns::Count { from, .. } => i128::try_from(turn)
                    .ok()
                    .and_then(|turn| from.checked_add(turn))
                    .map(|n| Value::Number(Rational::integer(n))),
                Turns::Values(values) => values.get(turn).cloned(),
            };
            let outer = self.enter(Step::Turn { turn: turn + 1, of: count });
            self.frame_mut().scopes.push(Scope::new());
            self.declare_values(names, value.as_ref());
            self.run(body);
            self.frame_mut().scopes.pop();
            self.leave(outer);
        }
        self.sites.pop();
        self.frame_mut().many = many;
        self.frame_mut().around.pop();
    }

    /// No turn: names are checked.
    fn unrepeated(&mut self, names: &'a [Ident], body: &'a [Statement]) {
        self.frame_mut().scopes.push(Scope::new());
        names.iter().for_each(|name| self.declare_value(name, None));
        self.run_ghost(body);
        self.frame_mut().scopes.pop();
    }

    fn times(&mut self, times: &'a Expr) -> Option<Turns> {
        let turns = self.integer(times)?;
        if turns < 0 {
            let text = self.text(times.span);
            self.error(ValueError::NegativeTurns { at: times.span, text, turns });
            return None;
        }
        Some(Turns::Count { from: 0, turns })
    }

    fn turns(&mut self, names: &'a [Ident], over: &'a Expr) -> Option<Turns> {
        match self.eval(over)? {
            Value::Range(from, Some(to)) => {
                if names.len() != 1 {
                    self.error(ValueError::TurnParts {
                        at: over.span,
                        names: names.len(),
                        parts: 1,
                    });
                    return None;
                }
                let from = from.unwrap_or(Rational::ZERO);
                for (index, end) in [from, to].into_iter().enumerate() {
                    if end.to_integer().is_none() {
                        self.not_an_integer(part(over, index), end);
                        return None;
                    }
                }
                let (from, to) = (from.to_integer()?, to.to_integer()?);
                if to < from {
                    self.error(ValueError::ReversedRange { at: over.span, from, to });
                    return None;
                }
                Some(Turns::Count { from, turns: to.checked_sub(from)? })
            }
            Value::List(values) | Value::Tuple(values) => {
                self.charge(values.len());
                for (index, value) in values.iter().enumerate() {
                    let parts = value.parts().map_or(1, <[Value]>::len);
                    if names.len() > 1 && parts != names.len() {
                        let at = part(over, index).span();
                        self.error(ValueError::TurnParts { at, names: names.len(), parts });
                        return None;
                    }
                }
                Some(Turns::Values(values))
            }
            other => self.wrong_kind("a range with an end, or a list", &other, over),
        }
    }
}
