//! Post-operations: layers of their own that stand under the layer or call before them.

use crate::check::arguments::{Signature, Value};
use crate::check::error::{ItemError, TensorError};
use crate::check::expand::{Expander, Site};
use crate::check::items::{Accepts, Post, Sorted};
use crate::check::layers::{self, Built};
use crate::check::network::NewLayer;
use crate::check::scope::{Binding, Results, Tensor};
use crate::ir::LayerId;
use crate::source::Span;
use crate::syntax::ast::{Application, Ident};

/// The layer that post-operations stand behind.
pub(super) struct Base {
    pub(super) name: String,
    pub(super) layer: Option<LayerId>,
    pub(super) frozen: bool,
    pub(super) unroll: bool,
}

impl<'a> Expander<'a> {
    pub(super) fn base(&self, name: String, layer: Option<LayerId>, sorted: &Sorted<'a>) -> Base {
        let frozen = sorted.frozen || self.frame().frozen;
        let unroll = sorted.unroll.is_some() || self.frame().unroll;
        Base { name, layer, frozen, unroll }
    }

    /// The post-operations behind a layer or block call, in order.
    pub(super) fn apply_posts(
        &mut self,
        posts: &[Post<'a>],
        results: Results,
        base: &Base,
        app: &'a Application,
        site: Site<'a>,
    ) -> Results {
        let Some(first) = posts.first() else { return results };
        let mut tensor = match results {
            Results::Tensors(tensors) => match tensors.as_slice() {
                [tensor] => *tensor,
                several => {
                    let count = several.len();
                    let layer = app.name.name.clone();
                    self.error(TensorError::SeveralResults { layer, at: first.span, count });
                    None
                }
            },
            Results::Unknown => None,
        };
        let mut kinds: Vec<String> = Vec::new();
        for post in posts {
            tensor = self.apply_post(post, tensor, base, &mut kinds, app, site);
        }
        Results::Tensors(vec![tensor])
    }

    fn apply_post(
        &mut self,
        post: &Post<'a>,
        tensor: Tensor,
        base: &Base,
        kinds: &mut Vec<String>,
        app: &'a Application,
        site: Site<'a>,
    ) -> Tensor {
        let operand = (tensor, post.span);
        let held = match self.frame().find(post.name).map(|entry| &entry.binding) {
            Some(Binding::Value(Some(Value::Activation(held)))) => Some(held.clone()),
            _ => None,
        };
        let (kind, built) = if let Some(held) = held {
            if let Some(value) = post.rest.first() {
                let name = post.name.to_owned();
                self.error(ItemError::TakesNoValue { name, at: value.span });
            }
            (held.kind(), layers::build_held(&held, self.operand(operand)))
        } else {
            let signature = layers::signature(post.name)?;
            // No post-operation changes a shape: behind a mistake in it the layer's stands.
            let Some(built) = self.build_post(signature, post, operand, app.span) else {
                return tensor;
            };
            (signature.name, built)
        };
        kinds.push(kind.to_owned());
        let again = kinds.iter().filter(|k| *k == kind).count();
        let number = if again > 1 { again.to_string() } else { String::new() };
        let new = NewLayer {
            name: format!("{}.{kind}{number}", base.name),
            shared: None,
            post_of: base.layer,
            frozen: base.frozen,
            unroll: base.unroll,
            docs: Vec::new(),
            text: self.statement_text(site.span),
            span: site.span,
        };
        if !self.live() {
            return None;
        }
        match self.add_layer(built, &[operand], new, post.span).0 {
            Results::Tensors(tensors) => tensors.first().copied().flatten(),
            Results::Unknown => None,
        }
    }

    /// Sorts, evaluates and builds a post-operation that is named by itself.
    fn build_post(
        &mut self,
        signature: &'static Signature,
        post: &Post<'a>,
        operand: (Tensor, Span),
        statement: Span,
    ) -> Option<Built> {
        let ident = Ident { name: post.name.to_owned(), span: post.span };
        let accepts = Accepts {
            name: ident.clone(),
            arguments: signature.arguments.to_vec(),
            flags: signature.flags,
            loose: true,
            usage: Some(signature.usage),
        };
        let sorted = self.sort_post(&accepts, post.rest);
        if let Some(post) = sorted.posts.first() {
            self.error(ItemError::MissingComma { at: post.span, before: ident.span });
            return None;
        }
        let arguments = self.arguments(signature, &ident, statement, &sorted, false);
        let arguments = arguments.filter(|_| sorted.sound && self.live())?;
        Some(self.build(signature.name, &arguments, &[operand]))
    }
}
