//! Statements, one after the other: bindings, `repeat`, `if`, `default`, `return`, `frozen`.

use crate::check::arguments::Given;
use crate::check::error::{ItemError, ModelError, TensorError};
use crate::check::expand::{Expander, Site};
use crate::check::items::Accepts;
use crate::check::layers;
use crate::check::scope::{Around, Binding, Results, Scope, Tensor};
use crate::source::Span;
use crate::syntax::ast::{
    Application, Expr, Ident, If, LayerItem, Statement, StatementKind, TensorExpr,
};

/// A `default` statement in force.
#[derive(Debug)]
pub(super) struct Default {
    pub(super) layer: &'static str,
    pub(super) named: Vec<(&'static str, Span, Given)>,
    pub(super) flags: Vec<(&'static str, Span)>,
}

/// The layers that `default` may speak of.
pub(super) const DEFAULTED: [&str; 6] = ["conv", "dw", "deconv", "pool", "bn", "dense"];

/// What an `if` comes to.
enum Choice<'a> {
    /// These statements.
    Arm(&'a [Statement]),
    /// No condition holds and there is no `else`.
    None,
    /// After an error in a condition.
    Unknown,
}

impl<'a> Expander<'a> {
    /// Runs statements in the current scope.
    pub(super) fn run(&mut self, body: &'a [Statement]) {
        self.depth += 1;
        for (index, statement) in body.iter().enumerate() {
            self.charge(1);
            if self.exhausted {
                break;
            }
            let returned = self.frame().results.is_some();
            self.statement(statement);
            let left = !returned && self.frame().results.is_some();
            if left && let Some(next) = body.get(index + 1) {
                if matches!(statement.kind, StatementKind::Return(_)) {
                    self.error(ModelError::AfterReturn { at: next.span, first: statement.span });
                }
                self.run_ghost(&body[index + 1..]);
                break;
            }
        }
        self.depth -= 1;
    }

    /// Checks the names in statements that are not run.
    pub(super) fn run_ghost(&mut self, body: &'a [Statement]) {
        let before = self.frame().last;
        self.ghost += 1;
        self.scoped(body);
        self.ghost -= 1;
        self.frame_mut().last = before;
    }

    /// Runs statements in a scope of their own.
    fn scoped(&mut self, body: &'a [Statement]) {
        self.frame_mut().scopes.push(Scope::new());
        self.run(body);
        self.frame_mut().scopes.pop();
    }

    fn statement(&mut self, statement: &'a Statement) {
        let site = Site { docs: &statement.docs, span: statement.span };
        match &statement.kind {
            StatementKind::Apply(app) => self.statement_apply(app, site),
            StatementKind::Let { mutable, names, value } => {
                let results = self.tensor_expr(value, site);
                self.bind(names, results, *mutable);
            }
            StatementKind::Assign { names, value } => {
                let results = self.tensor_expr(value, site);
                self.assign(names, results);
            }
            StatementKind::Const { names, value } => self.statement_const(names, value),
            StatementKind::Layer { name, layer } => self.declare_layer(name, layer),
            StatementKind::Repeat { header, body } => self.repeat(header, body, statement.span),
            StatementKind::If(choice) => match self.choose(choice) {
                Choice::Arm(arm) => self.scoped(arm),
                Choice::None => {}
                Choice::Unknown => self.frame_mut().last = None,
            },
            StatementKind::Default { layer, items } => self.statement_default(layer, items),
            StatementKind::Frozen(body) => {
                let before = std::mem::replace(&mut self.frame_mut().frozen, true);
                self.run(body);
                self.frame_mut().frozen = before;
            }
            StatementKind::Return(values) => self.statement_return(values, statement.span),
            StatementKind::Aux { name, body } => self.aux(name, body),
            StatementKind::Input { name, shape, items } => {
                if self.in_model("input", statement.span) {
                    self.input(name.as_ref(), shape, items);
                }
            }
            StatementKind::Output(names) => {
                if self.in_model("output", statement.span) {
                    self.output(names);
                }
            }
            StatementKind::Weights { path, renames } => {
                if self.in_model("weights", statement.span) {
                    self.weights(path, renames);
                }
            }
            StatementKind::Budget(limits) => {
                if self.in_model("budget", statement.span) {
                    self.budget(limits);
                }
            }
            StatementKind::Train => {
                if self.in_model("train", statement.span) {
                    self.train(keyword(statement.span, "train"));
                }
            }
            StatementKind::Winograd(word) => {
                if self.in_model("winograd", statement.span) {
                    self.winograd(word);
                }
            }
        }
    }

    fn statement_apply(&mut self, app: &'a Application, site: Site<'a>) {
        let results = self.apply(app, site);
        let last = self.single(results, &app.name);
        self.frame_mut().last = last;
    }

    /// The one tensor of results; an error where there are several.
    fn single(&mut self, results: Results, layer: &'a Ident) -> Tensor {
        match results {
            Results::Tensors(tensors) => match tensors.as_slice() {
                [tensor] => *tensor,
                several => {
                    let (layer, at, count) = (layer.name.clone(), layer.span, several.len());
                    self.error(TensorError::SeveralResults { layer, at, count });
                    None
                }
            },
            Results::Unknown => None,
        }
    }

    /// What stands behind `let x =`.
    fn tensor_expr(&mut self, value: &'a TensorExpr, site: Site<'a>) -> Results {
        match value {
            TensorExpr::Last(_) => Results::Tensors(vec![self.last()]),
            TensorExpr::Brace(body, _) => Results::Tensors(vec![self.brace(body)]),
            TensorExpr::If(choice) => Results::Tensors(vec![match self.choose(choice) {
                Choice::Arm(arm) => self.brace(arm),
                Choice::None => self.last(),
                Choice::Unknown => None,
            }]),
            TensorExpr::Apply(app) => {
                let bound = self.frame().find(&app.name.name).map(|entry| entry.binding.clone());
                let alone = app.items.is_empty()
                    && app.from.is_none()
                    && app.as_name.is_none()
                    && app.asserted.is_none();
                match bound {
                    Some(Binding::Tensor(tensor)) if alone => Results::Tensors(vec![tensor]),
                    _ => self.apply(app, site),
                }
            }
        }
    }

    /// The arm whose condition holds, else the `else`; names in the others are checked.
    fn choose(&mut self, choice: &'a If<Vec<Statement>>) -> Choice<'a> {
        let mut chosen = Choice::None;
        let mut open = true;
        for (condition, arm) in &choice.arms {
            if !open {
                self.check_names(condition);
                self.run_ghost(arm);
                continue;
            }
            match self.boolean(condition) {
                Some(true) => {
                    chosen = Choice::Arm(arm);
                    open = false;
                }
                Some(false) => self.run_ghost(arm),
                None => {
                    chosen = Choice::Unknown;
                    open = false;
                    self.run_ghost(arm);
                }
            }
        }
        match &choice.otherwise {
            Some(arm) if open => return Choice::Arm(arm),
            Some(arm) => self.run_ghost(arm),
            None => {}
        }
        chosen
    }

    /// `default conv no_bias, pad same;`
    fn statement_default(&mut self, layer: &'a Ident, items: &'a [LayerItem]) {
        let known = DEFAULTED.iter().find(|name| **name == layer.name);
        let signature = known.and_then(|name| layers::signature(name));
        let Some(signature) = signature else {
            let near = crate::diagnostic::did_you_mean(&layer.name, DEFAULTED).map(str::to_owned);
            self.error(ItemError::NoDefaults { name: layer.clone(), near });
            return;
        };
        let accepts = Accepts {
            name: layer.clone(),
            arguments: signature.arguments.to_vec(),
            flags: signature.flags,
            loose: signature.post,
            usage: Some(signature.usage),
        };
        let sorted = self.sort(&accepts, items);
        let surplus = sorted.positional.first().map(|e| e.span);
        if let Some(at) = surplus.or(sorted.posts.first().map(|post| post.span)) {
            self.error(ItemError::NoDefaultValue { at, layer: layer.name.clone() });
            return;
        }
        let mut named = Vec::new();
        for (word, at, e) in &sorted.named {
            let word = signature.arguments.iter().find(|a| **a == *word);
            let given = self.given(word.copied().unwrap_or_default(), e);
            named.extend(word.zip(given).map(|(word, given)| (*word, *at, given)));
        }
        if self.live() {
            self.defaults.push(Default { layer: signature.name, named, flags: sorted.flags });
        }
    }

    fn statement_return(&mut self, values: &'a [Expr], span: Span) {
        let at = keyword(span, "return");
        if self.frame().model {
            self.error(ModelError::ReturnInModel { at });
            return;
        }
        if self.frame().around.contains(&Around::Brace) {
            self.error(ModelError::ReturnInBrace { at });
            return;
        }
        let tensors = values.iter().map(|value| self.tensor(value)).collect();
        if self.ghost == 0 {
            self.frame_mut().results = Some(tensors);
        }
    }

    /// Whether a model's own statement stands where it may: in a model, not in braces other than
    /// those of `if` and `frozen`.
    fn in_model(&mut self, what: &'static str, span: Span) -> bool {
        let fits = self.frame().model && self.frame().around.is_empty();
        if !fits {
            self.error(ModelError::Misplaced { what, at: keyword(span, what) });
        }
        fits
    }

    fn winograd(&mut self, word: &'a Ident) {
        let at = word.span;
        if word.name != "off" {
            self.error(ModelError::WinogradWord { at, word: word.name.clone() });
        } else if let Some(first) = self.declared.winograd_off {
            self.error(ModelError::StatementTwice { what: "winograd", at, first });
        } else if self.ghost == 0 {
            self.declared.winograd_off = Some(at);
        }
    }

    fn train(&mut self, at: Span) {
        if let Some(first) = self.declared.train {
            self.error(ModelError::StatementTwice { what: "train", at, first });
        }
        if self.ghost == 0 {
            self.declared.train.get_or_insert(at);
        }
    }
}

/// The keyword that a statement begins with.
pub(super) fn keyword(statement: Span, word: &str) -> Span {
    let length = u32::try_from(word.len()).unwrap_or(0);
    Span { end: statement.end.min(statement.start + length), ..statement }
}
