//! One statement that applies a layer: its head, operands, arguments, post-operations, and the
//! layers that come of it.

use crate::check::arguments::{Held, Signature, Value};
use crate::check::error::{ItemError, NameError};
use crate::check::expand::{Expander, Site};
use crate::check::items::{Accepts, Sorted, meant_activation};
use crate::check::layers;
use crate::check::scope::{Binding, Results, Tensor};
use crate::ir::Shape;
use crate::syntax::ast::{Application, Block, ExprKind};

/// What stands at a statement's front.
enum Head<'a> {
    Layer(&'static Signature),
    Shared(usize),
    Held(Held),
    Block(&'a Block),
}

/// What a statement's layer became, its post-operations included.
pub(super) struct Applied {
    pub(super) results: Results,
    /// What it read, for the label of a wrong assertion.
    pub(super) input: Option<Shape>,
    /// With which arguments, for the same.
    pub(super) through: String,
    /// The height and width with `pad same`, for the same; `None` where no pad is missing.
    pub(super) same: Option<[usize; 2]>,
}

impl Applied {
    /// Of a layer that has no arguments to show.
    pub(super) fn plain(results: Results, input: Option<Shape>) -> Self {
        Self { results, input, through: String::new(), same: None }
    }
}

impl<'a> Expander<'a> {
    /// Runs `name items from x as name -> shape`.
    pub(super) fn apply(&mut self, app: &'a Application, site: Site<'a>) -> Results {
        let mark = self.diagnostics.mark();
        let applied = match self.head(app) {
            Some(Head::Layer(signature)) => self.apply_layer(signature, app, site),
            Some(Head::Shared(index)) => self.apply_shared(index, app, site),
            Some(Head::Held(held)) => self.apply_held(&held, app, site),
            Some(Head::Block(block)) => self.call(block, app, site),
            None => {
                self.check_braces(app);
                Applied::plain(Results::Unknown, None)
            }
        };
        self.blame_bare(app, mark);
        match &app.asserted {
            Some(asserted) => self.assert_shape(app, asserted, applied),
            None => applied.results,
        }
    }

    /// What a statement's name means; an error where it means nothing that runs.
    fn head(&mut self, app: &'a Application) -> Option<Head<'a>> {
        let name = &app.name;
        match self.frame().find(&name.name).map(|entry| entry.binding.clone()) {
            Some(Binding::Layer(index)) => return Some(Head::Shared(index)),
            Some(Binding::Value(Some(Value::Activation(held)))) => return Some(Head::Held(held)),
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
            let value = app.items.first().and_then(|item| item.atoms.first());
            value.and_then(|value| meant_activation(&name.name, value)).or_else(|| {
                crate::diagnostic::did_you_mean(&name.name, candidates).map(str::to_owned)
            })
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
        let through = match &app.asserted {
            Some(_) => self.through(signature, &sorted),
            None => String::new(),
        };
        let mut same = None;
        let (results, layer) = match arguments.filter(|_| self.live()) {
            Some(arguments) if sorted.sound => {
                let built = self.build(signature.name, &arguments, &operands);
                let unpadded = !sorted.named.iter().any(|(name, _, _)| *name == "pad");
                let op = built.op.as_ref().filter(|_| unpadded && app.asserted.is_some());
                same = op.zip(input).and_then(|(op, input)| layers::padded_same(op, input));
                self.check_unroll(&built, &operands, &sorted, app);
                let new = self.new_layer(name.clone(), &sorted, site);
                self.add_layer(built, &operands, new, app.name.span)
            }
            Some(arguments) => {
                let outputs = layers::after_mistake(signature.name, &arguments);
                let known = |shape: Option<Shape>| shape.map(|shape| self.network.value(shape));
                (Results::Tensors(outputs.into_iter().map(known).collect()), None)
            }
            None => (Results::Unknown, None),
        };
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied { results, input, through, same }
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
                self.using = Some(self.network.shared[index].span);
                let built = self.build(kind, &arguments, &[operand]);
                self.check_unroll(&built, &[operand], &sorted, app);
                self.network.shared[index].arguments = Some(arguments);
                let mut new = self.new_layer(name.clone(), &sorted, site);
                new.shared = Some(index);
                outcome = self.add_layer(built, &[operand], new, app.name.span);
                self.using = None;
            }
        }
        let (results, layer) = outcome;
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied::plain(results, input)
    }

    /// A parameter that holds an activation, as a statement.
    fn apply_held(&mut self, held: &Held, app: &'a Application, site: Site<'a>) -> Applied {
        let sorted = self.sort_posts_only(app);
        let name = self.layer_name(held.kind(), app);
        let operand = (self.source(app), app.name.span);
        let input = operand.0.map(|tensor| self.network.shape(tensor));
        let built = layers::build_held(held, self.operand(operand));
        let new = self.new_layer(name.clone(), &sorted, site);
        let (results, layer) = if self.live() {
            self.add_layer(built, &[operand], new, app.name.span)
        } else {
            (Results::Unknown, None)
        };
        let base = self.base(name, layer, &sorted);
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied::plain(results, input)
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

    /// What `from` names, else the running tensor.
    pub(super) fn source(&mut self, app: &'a Application) -> Tensor {
        match &app.from {
            Some(from) => self.tensor(from),
            None => self.last(),
        }
    }
}
