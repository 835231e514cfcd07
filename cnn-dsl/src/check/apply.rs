//! One statement that applies a layer: its head, operands, arguments, post-operations, and the
//! layers that come of it.

use crate::check::arguments::{Arguments, Operand, Operands, Signature, Value};
use crate::check::error::{ItemError, NameError, TensorError};
use crate::check::expand::{Expander, Site};
use crate::check::items::{Accepts, Post, Sorted, opposite};
use crate::check::layers::{self, Built, LayerCx};
use crate::check::network::NewLayer;
use crate::check::scope::{Binding, Results, Tensor};
use crate::check::trace;
use crate::diagnostic::Diagnostics;
use crate::ir::{Activation, LayerId, Shape};
use crate::source::Span;
use crate::syntax::ast::{Application, Block, Expr, ExprKind, Ident};

/// What stands at a statement's front.
enum Head<'a> {
    Layer(&'static Signature),
    Shared(usize),
    Activation(Activation),
    Block(&'a Block),
}

/// What a statement's layer became, its post-operations included.
pub(super) struct Applied {
    pub(super) results: Results,
    /// What it read, for the label of a wrong assertion.
    pub(super) input: Option<Shape>,
    /// With which arguments, for the same.
    pub(super) through: String,
}

/// The layer that post-operations stand behind.
pub(super) struct Base {
    pub(super) name: String,
    pub(super) layer: Option<LayerId>,
    pub(super) frozen: bool,
    pub(super) unroll: bool,
}

impl<'a> Expander<'a> {
    /// Runs `name items from x as name -> shape`.
    pub(super) fn apply(&mut self, app: &'a Application, site: Site<'a>) -> Results {
        let applied = match self.head(&app.name) {
            Some(Head::Layer(signature)) => self.apply_layer(signature, app, site),
            Some(Head::Shared(index)) => self.apply_shared(index, app, site),
            Some(Head::Activation(activation)) => self.apply_activation(&activation, app, site),
            Some(Head::Block(block)) => self.call(block, app, site),
            None => {
                self.check_braces(app);
                Applied { results: Results::Unknown, input: None, through: String::new() }
            }
        };
        match &app.asserted {
            Some(asserted) => self.assert_shape(app, asserted, applied),
            None => applied.results,
        }
    }

    /// What a statement's name means; an error where it means nothing that runs.
    fn head(&mut self, name: &'a Ident) -> Option<Head<'a>> {
        match self.frame().find(&name.name).map(|entry| entry.binding.clone()) {
            Some(Binding::Layer(index)) => return Some(Head::Shared(index)),
            Some(Binding::Value(Some(Value::Activation(a)))) => return Some(Head::Activation(a)),
            Some(Binding::Value(None)) => return None,
            Some(Binding::Tensor(_)) => {
                self.error(NameError::NotALayer { name: name.clone(), is: "a tensor" });
                return None;
            }
            Some(Binding::Value(Some(value))) => {
                let is = value.kind();
                self.error(NameError::NotALayer { name: name.clone(), is });
                return None;
            }
            None => {}
        }
        if let Some(signature) = layers::signature(&name.name) {
            return Some(Head::Layer(signature));
        }
        if let Some(block) = self.index.block(&name.name) {
            return Some(Head::Block(block));
        }
        let near = {
            let layers = layers::all().iter().map(|s| s.name);
            let candidates = layers.chain(self.index.block_names()).chain(self.frame().names());
            crate::diagnostic::did_you_mean(&name.name, candidates).map(str::to_owned)
        };
        self.error(NameError::UnknownLayer { name: name.clone(), near });
        None
    }

    /// Behind an unknown layer only braces and `from` have a meaning of their own.
    fn check_braces(&mut self, app: &'a Application) {
        let braces = app.items.iter().flat_map(|item| &item.atoms);
        for atom in braces.filter(|atom| matches!(atom.kind, ExprKind::Brace(_))) {
            self.check_names(atom);
        }
        if let Some(from) = &app.from {
            self.tensor(from);
        }
    }

    fn apply_layer(
        &mut self,
        signature: &'static Signature,
        app: &'a Application,
        site: Site<'a>,
    ) -> Applied {
        let accepts = Accepts {
            name: app.name.clone(),
            arguments: signature.arguments.to_vec(),
            flags: signature.flags,
            loose: signature.post,
            usage: Some(signature.usage),
        };
        let sorted = self.sort(&accepts, &app.items);
        let name = self.layer_name(signature.name, app);
        let operands = self.operands(signature, &sorted, app);
        let bn = sorted.posts.first().is_some_and(|post| post.name == "bn");
        let arguments = self.arguments(signature, &app.name, app.span, &sorted, bn);
        let operand = operands.first().map(|(tensor, _)| *tensor);
        let input = operand.flatten().map(|tensor| self.network.shape(tensor));
        let through = self.through(signature, &sorted);
        let (results, layer) = match arguments.filter(|_| sorted.sound && self.live()) {
            Some(arguments) => {
                let built = self.build(signature.name, &arguments, &operands);
                self.check_unroll(&built, &operands, &sorted, app);
                let new = self.new_layer(name.clone(), &sorted, site);
                self.add_layer(built, &operands, new, app.name.span)
            }
            None => (Results::Unknown, None),
        };
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied { results, input, through }
    }

    /// Applies a declared layer: only post-operations and flags may stand behind it.
    fn apply_shared(&mut self, index: usize, app: &'a Application, site: Site<'a>) -> Applied {
        let sorted = self.sort_posts_only(app);
        let operand = (self.source(app), app.name.span);
        let input = operand.0.map(|tensor| self.network.shape(tensor));
        let mut name = String::new();
        let mut outcome = (Results::Unknown, None);
        if self.live() {
            self.network.shared[index].uses += 1;
            let shared = &self.network.shared[index];
            let (kind, uses) = (shared.kind, shared.uses);
            let declared = shared.name.clone();
            name = match (&app.as_name, uses) {
                (Some(_), _) => self.layer_name(kind, app),
                (None, 1) => declared,
                (None, again) => {
                    let name = format!("{declared}_{again}");
                    self.claim(&name, app.name.span);
                    name
                }
            };
            // Taken out while it is used: `build` needs the rest of the expander.
            if let Some(arguments) = self.network.shared[index].arguments.take() {
                let built = self.build(kind, &arguments, &[operand]);
                self.check_unroll(&built, &[operand], &sorted, app);
                self.network.shared[index].arguments = Some(arguments);
                let mut new = self.new_layer(name.clone(), &sorted, site);
                new.shared = Some(index);
                outcome = self.add_layer(built, &[operand], new, app.name.span);
            }
        }
        let (results, layer) = outcome;
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied { results, input, through: String::new() }
    }

    /// A parameter that holds an activation, as a statement.
    fn apply_activation(
        &mut self,
        activation: &Activation,
        app: &'a Application,
        site: Site<'a>,
    ) -> Applied {
        let sorted = self.sort_posts_only(app);
        let name = self.layer_name(activation.kind(), app);
        let operand = (self.source(app), app.name.span);
        let input = operand.0.map(|tensor| self.network.shape(tensor));
        let built = layers::build_activation(activation, self.operand(operand));
        let new = self.new_layer(name.clone(), &sorted, site);
        let (results, layer) = if self.live() {
            self.add_layer(built, &[operand], new, app.name.span)
        } else {
            (Results::Unknown, None)
        };
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied { results, input, through: String::new() }
    }

    /// The items behind a name that takes nothing but post-operations.
    fn sort_posts_only(&mut self, app: &'a Application) -> Sorted<'a> {
        let accepts = Accepts {
            name: app.name.clone(),
            arguments: Vec::new(),
            flags: &[],
            loose: false,
            usage: None,
        };
        let sorted = self.sort(&accepts, &app.items);
        if let Some(value) = sorted.positional.first() {
            let name = app.name.name.clone();
            self.error(ItemError::TakesNoValue { name, at: value.span });
        }
        sorted
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
            Some(Binding::Value(Some(Value::Activation(activation)))) => Some(activation.clone()),
            _ => None,
        };
        let (kind, built) = if let Some(activation) = held {
            if let Some(value) = post.rest.first() {
                let name = post.name.to_owned();
                self.error(ItemError::TakesNoValue { name, at: value.span });
            }
            (activation.kind(), layers::build_activation(&activation, self.operand(operand)))
        } else {
            let signature = layers::signature(post.name)?;
            let built = self.build_post(signature, post, operand, app.span)?;
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
        let arguments = self.arguments(signature, &ident, statement, &sorted, false);
        let arguments = arguments.filter(|_| sorted.sound && self.live())?;
        Some(self.build(signature.name, &arguments, &[operand]))
    }

    /// The tensors that a layer computes from, with the places where they are named.
    fn operands(
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

    /// What `from` names, else the running tensor.
    pub(super) fn source(&mut self, app: &'a Application) -> Tensor {
        match &app.from {
            Some(from) => self.tensor(from),
            None => self.last(),
        }
    }

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
    pub(super) fn given(
        &mut self,
        argument: &str,
        e: &'a Expr,
    ) -> Option<crate::check::arguments::Given> {
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
        value.map(|value| crate::check::arguments::Given { value, span: e.span })
    }

    fn operand(&self, (tensor, span): (Tensor, Span)) -> Operand {
        Operand {
            shape: tensor.map(|t| self.network.shape(t)),
            span,
            flattened: self.network.flattened(tensor),
        }
    }

    fn build(
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
        for mut diagnostic in found.into_vec() {
            diagnostic.notes.extend(trace::notes(&self.trace));
            self.diagnostics.push(diagnostic);
        }
        built
    }

    /// Whether what is to be unrolled can be. A block call's `unroll full` passes over layers that
    /// are never unrolled; a layer's own does not.
    fn check_unroll(
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
        let notes = trace::notes(&self.trace);
        let before = self.diagnostics.len();
        let mut cx =
            LayerCx { diagnostics: self.diagnostics, sources: self.sources, notes: &notes };
        layers::check_unroll(&mut cx, op, &inputs, &outputs, at);
        self.failed |= self.diagnostics.len() > before;
    }

    pub(super) fn base(&self, name: String, layer: Option<LayerId>, sorted: &Sorted<'a>) -> Base {
        let frozen = sorted.frozen || self.frame().frozen;
        let unroll = sorted.unroll.is_some() || self.frame().unroll;
        Base { name, layer, frozen, unroll }
    }

    fn new_layer(&mut self, name: String, sorted: &Sorted<'a>, site: Site<'a>) -> NewLayer {
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
