//! Tensors: names, `last` and braces; asserted shapes; adding a layer to the network.

use crate::check::apply::Applied;
use crate::check::arguments::{Operands, Place, Signature, Value};
use crate::check::error::TensorError;
use crate::check::eval::part;
use crate::check::expand::Expander;
use crate::check::items::Sorted;
use crate::check::layers::Built;
use crate::check::network::{NewLayer, Refused};
use crate::check::scope::{Around, Binding, Results, Scope, Tensor};
use crate::ir::{LayerId, Shape, ValueId};
use crate::source::Span;
use crate::syntax::ast::{Application, Expr, ExprKind, Statement};

impl<'a> Expander<'a> {
    /// A name, `last` or a brace as a tensor.
    pub(super) fn tensor(&mut self, e: &'a Expr) -> Tensor {
        match &e.kind {
            ExprKind::Name(name) if name == "last" => self.last(),
            ExprKind::Name(name) => match self.frame().find(name).map(|x| x.binding.clone()) {
                Some(Binding::Tensor(tensor)) => tensor,
                Some(Binding::Value(None)) => None,
                Some(Binding::Value(Some(value))) => self.wrong_kind("a tensor", &value, e),
                Some(Binding::Layer(_)) => self.wrong_type("a tensor", "a layer", e),
                None => {
                    self.unknown_name(name, e.span);
                    None
                }
            },
            ExprKind::Brace(body) => self.brace(body),
            ExprKind::Number(_)
            | ExprKind::Shape(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::List(_)
            | ExprKind::Tuple(_)
            | ExprKind::Range(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Call(..)
            | ExprKind::Index(..)
            | ExprKind::If(_) => self.wrong_type("a tensor", "a value", e),
        }
    }

    /// The running tensor; an error in a model that has no input yet.
    pub(super) fn last(&mut self) -> Tensor {
        if !self.frame().started {
            self.no_input();
        }
        self.frame().last
    }

    /// `{ ... }` as a tensor: from the running tensor to its own last one.
    pub(super) fn brace(&mut self, body: &'a [Statement]) -> Tensor {
        let before = self.frame().last;
        self.frame_mut().scopes.push(Scope::new());
        self.frame_mut().around.push(Around::Brace);
        self.run(body);
        self.frame_mut().around.pop();
        self.frame_mut().scopes.pop();
        std::mem::replace(&mut self.frame_mut().last, before)
    }

    /// The tensors that a layer computes from, with the places where they are named.
    pub(super) fn operands(
        &mut self,
        signature: &'static Signature,
        sorted: &Sorted<'a>,
        app: &'a Application,
    ) -> Vec<(Tensor, Span)> {
        if signature.operands == Operands::One {
            return vec![(self.source(app), app.name.span)];
        }
        let mut operands = Vec::new();
        for value in &sorted.positional {
            operands.push((self.tensor(value), value.span));
        }
        match (operands.len(), &app.from) {
            (0 | 1, _) => operands.insert(0, (self.source(app), app.name.span)),
            (_, None) => {}
            (_, Some(from)) => {
                self.tensor(from);
                let layer = app.name.name.clone();
                self.error(TensorError::NothingRunsOn { layer, at: from.span });
            }
        }
        if operands.len() < 2 && sorted.sound {
            self.error(TensorError::NoOperand { layer: app.name.name.clone(), at: app.name.span });
        }
        operands
    }

    /// A shape: `3x3x32`, `[size, size, 3]`, or a number for a vector.
    pub(super) fn shape(&mut self, e: &'a Expr) -> Option<Shape> {
        let value = self.eval(e)?;
        let listed = matches!(value, Value::List(_));
        let parts = match &value {
            Value::Number(_) => vec![value],
            Value::List(parts) => parts.clone(),
            other => return self.wrong_kind("a shape", other, e),
        };
        let mut sizes = Vec::new();
        for (index, value) in parts.into_iter().enumerate() {
            let Value::Number(n) = value else {
                return self.wrong_part("a size", &value, e, index);
            };
            let at = if listed { part(e, index) } else { Place::Own(e.span) };
            let Some(size) = n.to_integer() else {
                self.not_an_integer(at, n);
                return None;
            };
            let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
                let text = self.text(at.span());
                self.error(TensorError::BadSize { at, text, size });
                return None;
            };
            sizes.push(size);
        }
        let shape = match *sizes.as_slice() {
            [n] => Shape::Vector(n),
            [h, w, c] => Shape::Image { h, w, c },
            _ => {
                self.error(TensorError::NotAShape { at: e.span, sizes: sizes.len() });
                return None;
            }
        };
        if shape.checked().is_none() {
            self.error(TensorError::TooLarge { at: e.span, text: shape.to_string() });
        }
        shape.checked()
    }

    /// Checks `-> SHAPE`. A wrong assertion goes on with the computed shape, an unknown one with
    /// the asserted.
    pub(super) fn assert_shape(
        &mut self,
        app: &'a Application,
        asserted: &'a Expr,
        applied: Applied,
    ) -> Results {
        let expected = self.shape(asserted);
        let Some(expected) = expected.filter(|_| self.live()) else { return applied.results };
        let found = match &applied.results {
            Results::Tensors(tensors) => match tensors.as_slice() {
                [tensor] => *tensor,
                several => {
                    let count = several.len();
                    let layer = app.name.name.clone();
                    self.error(TensorError::SeveralResults { layer, at: asserted.span, count });
                    return applied.results;
                }
            },
            Results::Unknown => None,
        };
        let Some(found) = found else {
            return Results::Tensors(vec![Some(self.network.value(expected))]);
        };
        let found = self.network.shape(found);
        if found != expected {
            let ends = app.items.iter().map(|item| item.span);
            let ends = ends.chain(app.from.iter().map(|e| e.span));
            let ends = ends.chain(app.as_name.iter().map(|name| name.span));
            self.error(TensorError::WrongAssertion {
                at: asserted.span,
                statement: ends.fold(app.name.span, Span::to),
                layer: app.name.name.clone(),
                asserted: expected,
                found,
                input: applied.input,
                through: applied.through,
                pad_same: applied
                    .same
                    .is_some_and(|[h, w]| expected == Shape::Image { h, w, c: found.channels() }),
            });
        }
        applied.results
    }

    /// What a layer was given besides its number of filters: `3x3, stride 2, pad same`.
    pub(super) fn through(&mut self, signature: &Signature, sorted: &Sorted<'a>) -> String {
        if signature.operands == Operands::Listed || !self.live() {
            return String::new();
        }
        let windows = sorted.positional.iter().filter(|e| {
            matches!(e.kind, ExprKind::Shape(_) | ExprKind::List(_) | ExprKind::Range(..))
        });
        let mut spans: Vec<Span> = windows.map(|e| e.span).collect();
        spans.extend(sorted.named.iter().map(|(_, at, value)| at.to(value.span)));
        spans.extend(sorted.flags.iter().map(|(_, at)| *at));
        spans.sort_by_key(|span| span.start);
        spans.into_iter().map(|span| self.text(span)).collect::<Vec<_>>().join(", ")
    }

    /// Adds what was built to the network. Where the operation is unknown, the results that are
    /// known all the same stand for themselves.
    pub(super) fn add_layer(
        &mut self,
        built: Built,
        operands: &[(Tensor, Span)],
        new: NewLayer,
        at: Span,
    ) -> (Results, Option<LayerId>) {
        if !self.count_layer() {
            return (Results::Unknown, None);
        }
        let inputs: Option<Vec<ValueId>> = operands.iter().map(|(tensor, _)| *tensor).collect();
        let outputs: Option<Vec<Shape>> = built.outputs.iter().copied().collect();
        let known = built.op.zip(inputs).zip(outputs);
        let Some(((op, inputs), outputs)) = known else {
            self.failed = true;
            if built.outputs.is_empty() {
                return (Results::Unknown, None);
            }
            let outputs = built.outputs.into_iter();
            let alone = outputs.map(|shape| shape.map(|shape| self.network.value(shape)));
            return (Results::Tensors(alone.collect()), None);
        };
        let (name, shared) = (new.name.clone(), new.shared);
        match self.network.layer(op, inputs, &outputs, new) {
            Ok((id, results)) => {
                (Results::Tensors(results.into_iter().map(Some).collect()), Some(id))
            }
            Err(Refused::TooLarge) => {
                self.error(TensorError::WeightsTooLarge { at, name });
                (Results::Unknown, None)
            }
            Err(Refused::OtherWeights { first, now }) => {
                let declared = shared.map_or(at, |shared| self.network.shared[shared].span);
                self.error(TensorError::OtherWeights { at, declared, first, now });
                (Results::Unknown, None)
            }
        }
    }
}
