//! Names bound: `let`, assignment, `const`, `layer`, and the values of loops.

use crate::check::arguments::{Operands, Value};
use crate::check::error::{ItemError, NameError, ValueError};
use crate::check::expand::Expander;
use crate::check::index;
use crate::check::items::Accepts;
use crate::check::layers;
use crate::check::network::Shared;
use crate::check::scope::{Binding, Entry, Results, Tensor};
use crate::syntax::ast::{Application, Expr, Ident};

impl<'a> Expander<'a> {
    /// Binds one name or several in the innermost scope.
    pub(super) fn bind(&mut self, names: &'a [Ident], results: Results, mutable: bool) {
        let tensors = self.count_results(names, results);
        for (index, name) in names.iter().enumerate() {
            let tensor = tensors.as_ref().and_then(|t| t.get(index).copied().flatten());
            self.declare(name, Binding::Tensor(tensor), mutable);
        }
    }

    /// As many tensors as names, or an error.
    fn count_results(&mut self, names: &'a [Ident], results: Results) -> Option<Vec<Tensor>> {
        let Results::Tensors(tensors) = results else { return None };
        if tensors.len() != names.len() {
            if self.live()
                && let [first, ..] = names
            {
                let at = names.iter().fold(first.span, |span, name| span.to(name.span));
                self.error(NameError::OtherCount {
                    at,
                    names: names.len(),
                    results: tensors.len(),
                });
            }
            return None;
        }
        Some(tensors)
    }

    pub(super) fn assign(&mut self, names: &'a [Ident], results: Results) {
        let tensors = self.count_results(names, results);
        for (index, name) in names.iter().enumerate() {
            let tensor = tensors.as_ref().and_then(|t| t.get(index).copied().flatten());
            let ghost = self.ghost > 0;
            match self.frame_mut().find_mut(&name.name) {
                Some(entry) if entry.mutable => {
                    if !ghost {
                        entry.binding = Binding::Tensor(tensor);
                    }
                }
                Some(entry) => {
                    let first = entry.span;
                    let tensor = matches!(entry.binding, Binding::Tensor(_));
                    self.error(NameError::NotMutable { name: name.clone(), first, tensor });
                }
                None => self.unknown_name(&name.name, name.span),
            }
        }
    }

    /// Binds a name in the innermost scope.
    pub(super) fn declare(&mut self, name: &'a Ident, binding: Binding, mutable: bool) {
        let value = matches!(binding, Binding::Value(_));
        if let Some(what) = index::reserved(&name.name, value) {
            self.error(NameError::Reserved { name: name.clone(), what });
        }
        let first = self.frame_mut().scope().get(&name.name).map(|entry| entry.span);
        if let Some(first) = first {
            self.error(NameError::BoundTwice { name: name.clone(), first });
        }
        let entry = Entry { binding, span: name.span, mutable };
        self.frame_mut().scope().insert(name.name.clone(), entry);
    }

    /// `layer c1 = conv 1x7, 160;`
    pub(super) fn declare_layer(&mut self, name: &'a Ident, layer: &'a Application) {
        let signature = layers::signature(&layer.name.name);
        let Some(signature) = signature else {
            let near = {
                let candidates = layers::all().iter().map(|s| s.name);
                crate::diagnostic::did_you_mean(&layer.name.name, candidates).map(str::to_owned)
            };
            let block = self.index.block(&layer.name.name).is_some();
            if block {
                self.error(ItemError::DeclaredBlock { name: layer.name.clone() });
            } else {
                self.error(NameError::UnknownLayer { name: layer.name.clone(), near });
            }
            self.declare(name, Binding::Value(None), false);
            return;
        };
        let accepts = Accepts {
            name: layer.name.clone(),
            arguments: signature.arguments.to_vec(),
            flags: signature.flags,
            loose: signature.post,
            usage: Some(signature.usage),
        };
        let sorted = self.sort(&accepts, &layer.items);
        if signature.operands == Operands::Listed {
            self.error(ItemError::DeclaredOperands { name: layer.name.clone() });
            self.declare(name, Binding::Value(None), false);
            return;
        }
        let surplus = sorted.posts.first().map(|post| post.span);
        let surplus = surplus.or(layer.from.as_ref().map(|from| from.span));
        let surplus = surplus.or(layer.as_name.as_ref().map(|name| name.span));
        if let Some(at) = surplus.or(layer.asserted.as_ref().map(|shape| shape.span)) {
            self.error(ItemError::OnlyWhereUsed { name: name.clone(), at });
        }
        let arguments = self.arguments(signature, &layer.name, layer.span, &sorted, false);
        let arguments = arguments.filter(|_| sorted.sound);
        let full = if self.live() {
            let many = self.frame().many;
            let full = self.frame_mut().level.given(&name.name, name.span, many);
            self.claim(&full, name.span);
            full
        } else {
            String::new()
        };
        self.network.shared.push(Shared {
            kind: signature.name,
            arguments,
            name: full,
            span: name.span,
            weights: None,
            uses: 0,
        });
        self.declare(name, Binding::Layer(self.network.shared.len() - 1), false);
    }

    /// `const k = 3;`, and `const (k, c) = stages[i];`, which takes a tuple or list apart.
    pub(super) fn statement_const(&mut self, names: &'a [Ident], value: &'a Expr) {
        let mut found = self.eval(value);
        if let ([first, _, ..], Some(whole)) = (names, &found) {
            let parts = whole.parts().map(<[Value]>::len);
            if parts.is_none() {
                self.wrong_kind::<()>("a tuple or a list", whole, value);
            }
            if let Some(parts) = parts.filter(|&parts| parts != names.len()) {
                let at = names.iter().fold(first.span, |span, name| span.to(name.span));
                let (names, value) = (names.len(), value.span);
                self.error(ValueError::ConstParts { at, value, names, parts });
            }
            found = found.filter(|_| parts == Some(names.len()));
        }
        self.declare_values(names, found.as_ref());
    }

    /// Binds one name to a value, or several to the values of a tuple or list of as many.
    pub(super) fn declare_values(&mut self, names: &'a [Ident], value: Option<&Value>) {
        if let [name] = names {
            self.declare_value(name, value.cloned());
            return;
        }
        let parts = value.and_then(Value::parts).unwrap_or_default();
        for (index, name) in names.iter().enumerate() {
            self.declare_value(name, parts.get(index).cloned());
        }
    }

    /// A name's value.
    pub(super) fn declare_value(&mut self, name: &'a Ident, value: Option<Value>) {
        self.declare(name, Binding::Value(value), false);
    }
}
