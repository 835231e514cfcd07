//! From sorted items to a built layer: values evaluated, `default` added, the layer asked.

use crate::check::arguments::{Arguments, Given, Operand, Operands, Signature, Value};
use crate::check::expand::{Expander, Site};
use crate::check::items::{Sorted, opposite};
use crate::check::layers::{self, Built, LayerCx};
use crate::check::network::NewLayer;
use crate::check::scope::Tensor;
use crate::check::trace;
use crate::diagnostic::Diagnostics;
use crate::ir::Shape;
use crate::source::Span;
use crate::syntax::ast::{Application, Expr, ExprKind, Ident};

impl<'a> Expander<'a> {
    /// Evaluates a layer's items and adds what `default` says.
    pub(super) fn arguments(
        &mut self,
        signature: &'static Signature,
        name: &Ident,
        statement: Span,
        sorted: &Sorted<'a>,
        followed_by_bn: bool,
    ) -> Option<Arguments> {
        let mut positional = Some(Vec::new());
        if signature.operands == Operands::One {
            for e in &sorted.positional {
                let given = self.given("", e);
                positional = positional.zip(given).map(|(mut list, given)| {
                    list.push(given);
                    list
                });
            }
        }
        let mut named = Some(Vec::new());
        for (word, at, e) in &sorted.named {
            let word = signature.arguments.iter().find(|a| **a == *word)?;
            let given = self.given(word, e);
            named = named.zip(given).map(|(mut list, given)| {
                list.push((*word, *at, given));
                list
            });
        }
        let (positional, mut named) = (positional?, named?);
        let mut flags = sorted.flags.clone();
        for default in self.defaults.iter().rev().filter(|d| d.layer == signature.name) {
            for (word, at, given) in &default.named {
                if !named.iter().any(|(n, _, _)| n == word) {
                    named.push((word, *at, given.clone()));
                }
            }
            for (flag, at) in &default.flags {
                if !flags.iter().any(|(f, _)| f == flag || opposite(f) == Some(flag)) {
                    flags.push((flag, *at));
                }
            }
        }
        Some(Arguments {
            layer: name.name.clone(),
            layer_span: name.span,
            statement,
            positional,
            named,
            flags,
            followed_by_bn,
        })
    }

    /// An argument's value; a word that the argument knows is handed on as it is.
    pub(super) fn given(&mut self, argument: &str, e: &'a Expr) -> Option<Given> {
        let word = match &e.kind {
            ExprKind::Name(word) if !layers::words(argument).is_empty() => {
                let bound = self.frame().find(word).is_some() || word == "last";
                (!bound).then(|| Value::Word(word.clone()))
            }
            _ => None,
        };
        let value = match word {
            Some(word) => Some(word),
            None => self.eval(e),
        };
        value.map(|value| Given { value, span: e.span, parts: e.parts() })
    }

    pub(super) fn operand(&self, (tensor, span): (Tensor, Span)) -> Operand {
        Operand {
            shape: tensor.map(|t| self.network.shape(t)),
            span,
            flattened: self.network.flattened(tensor),
        }
    }

    pub(super) fn build(
        &mut self,
        name: &'static str,
        arguments: &Arguments,
        operands: &[(Tensor, Span)],
    ) -> Built {
        let operands: Vec<Operand> = operands.iter().map(|&o| self.operand(o)).collect();
        // The notes are made only where there is an error to add them to.
        let mut found = Diagnostics::default();
        let mut cx = LayerCx { diagnostics: &mut found, sources: self.sources, notes: &[] };
        let built = layers::build(&mut cx, name, arguments, &operands);
        self.failed |= built.op.is_none() || !found.is_empty();
        self.tell(found);
        built
    }

    /// Reports a layer's errors, with the expansion as their notes.
    fn tell(&mut self, found: Diagnostics) {
        for mut diagnostic in found.into_vec() {
            diagnostic.notes.extend(trace::notes(&self.trace));
            self.push(diagnostic);
        }
    }

    /// Whether what is to be unrolled can be. A block call's `unroll full` passes over layers that
    /// are never unrolled; a layer's own does not.
    pub(super) fn check_unroll(
        &mut self,
        built: &Built,
        operands: &[(Tensor, Span)],
        sorted: &Sorted<'a>,
        app: &'a Application,
    ) {
        let inputs: Option<Vec<Shape>> =
            operands.iter().map(|(tensor, _)| tensor.map(|t| self.network.shape(t))).collect();
        let outputs: Option<Vec<Shape>> = built.outputs.iter().copied().collect();
        let (Some(op), Some(inputs), Some(outputs)) = (&built.op, inputs, outputs) else { return };
        let at = match sorted.unroll {
            Some(at) => at,
            None if self.frame().unroll && op.unroll_cost(&inputs, &outputs).is_some() => {
                app.name.span
            }
            None => return,
        };
        let mut found = Diagnostics::default();
        let mut cx = LayerCx { diagnostics: &mut found, sources: self.sources, notes: &[] };
        layers::check_unroll(&mut cx, op, &inputs, &outputs, at);
        self.failed |= !found.is_empty();
        self.tell(found);
    }

    pub(super) fn new_layer(
        &mut self,
        name: String,
        sorted: &Sorted<'a>,
        site: Site<'a>,
    ) -> NewLayer {
        self.charge(site.docs.iter().map(String::len).sum::<usize>() / 256);
        NewLayer {
            name,
            shared: None,
            post_of: None,
            frozen: sorted.frozen || self.frame().frozen,
            unroll: sorted.unroll.is_some() || self.frame().unroll,
            docs: site.docs.to_vec(),
            text: self.statement_text(site.span),
            span: site.span,
        }
    }
}
