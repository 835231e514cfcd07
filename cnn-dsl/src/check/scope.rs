//! Names, where they are known, and what a running block or model carries along.

use std::collections::HashMap;

use crate::check::arguments::Value;
use crate::check::naming::Level;
use crate::ir::ValueId;
use crate::source::Span;

/// A tensor; `None` after an error, or where shapes are not looked at.
pub(super) type Tensor = Option<ValueId>;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Binding {
    /// A tensor.
    Tensor(Tensor),
    /// A number, list, flag or activation; `None` after an error.
    Value(Option<Value>),
    /// A `layer` declaration: index into the expander's list.
    Layer(usize),
}

/// A bound name.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) binding: Binding,
    /// Where it was bound.
    pub(super) span: Span,
    /// Whether by `let mut`.
    pub(super) mutable: bool,
}

/// The names of one pair of braces.
pub(super) type Scope = HashMap<String, Entry>;

/// What a call gave.
#[derive(Debug)]
pub(super) enum Results {
    /// So many tensors.
    Tensors(Vec<Tensor>),
    /// After an error: fits wherever it is put.
    Unknown,
}

/// A running model or block.
#[derive(Debug)]
pub(super) struct Frame {
    /// Innermost scope last.
    pub(super) scopes: Vec<Scope>,
    /// The running tensor.
    pub(super) last: Tensor,
    /// Whether there is a running tensor: a model has none before its `input`.
    pub(super) started: bool,
    /// Names of layers.
    pub(super) level: Level,
    /// Whether the current statements run more than once.
    pub(super) many: bool,
    /// Inside `frozen`.
    pub(super) frozen: bool,
    /// Inside a call with `unroll full`.
    pub(super) unroll: bool,
    /// Whether this is a model's body and not a block's.
    pub(super) model: bool,
    /// The braces around the current statement, other than those of `if` and `frozen`.
    pub(super) around: Vec<Around>,
    /// What `return` said.
    pub(super) results: Option<Vec<Tensor>>,
}

/// Braces around a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// `{ ... }` as a tensor.
    Brace,
    /// `repeat`
    Repeat,
    /// `aux`
    Aux,
}

impl Frame {
    /// The frame of a model, or of a block that starts from `last`.
    pub(super) fn new(model: bool, prefix: String, last: Tensor) -> Self {
        Self {
            scopes: vec![Scope::new()],
            last,
            started: !model,
            level: Level::new(prefix),
            many: false,
            frozen: false,
            unroll: false,
            model,
            around: Vec::new(),
            results: None,
        }
    }

    /// What a name stands for, the innermost scope first.
    pub(super) fn find(&self, name: &str) -> Option<&Entry> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// The same, to be bound anew.
    pub(super) fn find_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(name))
    }

    /// Every name that is known here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().rev().flat_map(|scope| scope.keys().map(String::as_str))
    }

    /// The innermost scope.
    pub(super) fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::new());
        }
        let innermost = self.scopes.len() - 1;
        &mut self.scopes[innermost]
    }
}
