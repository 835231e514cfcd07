//! What can be said of blocks without expanding them: which call which, and what a `let mut` is for.

use std::collections::HashSet;

use crate::check::error::{Error, ModelError, NameError};
use crate::check::index::Index;
use crate::syntax::ast::{
    Application, Expr, ExprKind, Ident, If, LayerItem, RepeatHeader, Statement, StatementKind,
    TensorExpr,
};

/// A part of a statement.
enum Part<'a> {
    /// The name that a statement applies.
    Applied(&'a Ident),
    /// Any other word in it.
    Word(&'a str),
    /// Statements within it.
    Body(&'a [Statement]),
}

/// Finds circles among the blocks that can be reached from models (without a name here) and blocks;
/// gives the names of all that can.
pub(super) fn recursion<'a>(
    index: &Index<'a>,
    roots: impl IntoIterator<Item = (&'a str, &'a [Statement])>,
    errors: &mut Vec<Error>,
) -> HashSet<&'a str> {
    let mut done: HashSet<&'a str> = HashSet::new();
    for (name, root) in roots {
        // The path from the root: a block's name and its calls that are still to be followed.
        let mut path: Vec<(&'a str, Vec<&'a Ident>)> = vec![(name, calls(index, root))];
        while let Some((_, open)) = path.last_mut() {
            let Some(call) = open.pop() else {
                path.pop();
                continue;
            };
            let name = call.name.as_str();
            if let Some(start) = path.iter().position(|(on_path, _)| *on_path == name) {
                let through = path[start + 1..].iter().map(|(name, _)| (*name).to_owned());
                let (at, name) = (call.span, name.to_owned());
                let through = through.collect();
                errors.push(ModelError::Recursion { at, name, through }.into());
            } else if done.insert(name)
                && let Some(block) = index.block(name)
            {
                path.push((&block.name.name, calls(index, &block.body)));
            }
        }
    }
    done
}

/// The blocks that statements call, the first in the text last.
fn calls<'a>(index: &Index<'a>, body: &'a [Statement]) -> Vec<&'a Ident> {
    fn collect<'a>(index: &Index<'a>, body: &'a [Statement], found: &mut Vec<&'a Ident>) {
        for statement in body {
            parts(statement, &mut |part| match part {
                Part::Applied(name) if index.block(&name.name).is_some() => found.push(name),
                Part::Body(body) => collect(index, body, found),
                Part::Applied(_) | Part::Word(_) => {}
            });
        }
    }
    let mut found = Vec::new();
    collect(index, body, &mut found);
    found.sort_by_key(|name| std::cmp::Reverse(name.span.start));
    found
}

/// Reports every `let mut` whose names are read nowhere behind it in its scope; gives the names
/// that statements read from the scopes around them.
pub(super) fn unread<'a>(body: &'a [Statement], errors: &mut Vec<Error>) -> HashSet<&'a str> {
    let mut read: HashSet<&'a str> = HashSet::new();
    for statement in body.iter().rev() {
        if let StatementKind::Let { mutable, names, .. } = &statement.kind {
            let used = names.iter().any(|name| read.contains(name.name.as_str()));
            if *mutable && !used {
                errors.push(NameError::Unread { names: names.clone() }.into());
            }
            // What stands before reads another one.
            for name in names {
                read.remove(name.name.as_str());
            }
        }
        parts(statement, &mut |part| match part {
            Part::Applied(name) => read.extend([name.name.as_str()]),
            Part::Word(word) => read.extend([word]),
            Part::Body(body) => read.extend(unread(body, errors)),
        });
    }
    read
}

/// Every part of a statement, not going into the statements within it.
fn parts<'a>(statement: &'a Statement, f: &mut dyn FnMut(Part<'a>)) {
    match &statement.kind {
        StatementKind::Apply(app) => application(app, f),
        StatementKind::Layer { layer, .. } => application(layer, f),
        StatementKind::Let { value, .. } | StatementKind::Assign { value, .. } => match value {
            TensorExpr::Apply(app) => application(app, f),
            TensorExpr::Last(_) => {}
            TensorExpr::Brace(body, _) => f(Part::Body(body)),
            TensorExpr::If(choice) => arms(choice, f),
        },
        StatementKind::Const { value, .. } => expression(value, f),
        StatementKind::Repeat { header, body } => {
            match header {
                RepeatHeader::Times(times) => expression(times, f),
                RepeatHeader::Each { over, .. } => expression(over, f),
            }
            f(Part::Body(body));
        }
        StatementKind::If(choice) => arms(choice, f),
        StatementKind::Default { items: list, .. } => items(list, f),
        StatementKind::Input { shape, items: list, .. } => {
            expression(shape, f);
            items(list, f);
        }
        StatementKind::Output(names) => {
            names.iter().for_each(|name| f(Part::Word(&name.name)));
        }
        StatementKind::Return(values) => values.iter().for_each(|value| expression(value, f)),
        StatementKind::Aux { body, .. } | StatementKind::Frozen(body) => f(Part::Body(body)),
        StatementKind::Budget(limits) => {
            limits.iter().for_each(|(_, limit)| expression(limit, f));
        }
        StatementKind::Weights { .. } | StatementKind::Train | StatementKind::Winograd(_) => {}
    }
}

fn arms<'a>(choice: &'a If<Vec<Statement>>, f: &mut dyn FnMut(Part<'a>)) {
    for (condition, body) in &choice.arms {
        expression(condition, f);
        f(Part::Body(body));
    }
    choice.otherwise.iter().for_each(|body| f(Part::Body(body)));
}

fn application<'a>(app: &'a Application, f: &mut dyn FnMut(Part<'a>)) {
    f(Part::Applied(&app.name));
    items(&app.items, f);
    app.from.iter().chain(&app.asserted).for_each(|e| expression(e, f));
}

fn items<'a>(items: &'a [LayerItem], f: &mut dyn FnMut(Part<'a>)) {
    items.iter().flat_map(|item| &item.atoms).for_each(|atom| expression(atom, f));
}

fn expression<'a>(e: &'a Expr, f: &mut dyn FnMut(Part<'a>)) {
    match &e.kind {
        ExprKind::Number(_) | ExprKind::Shape(_) | ExprKind::Text(_) | ExprKind::Bool(_) => {}
        ExprKind::Name(name) => f(Part::Word(name)),
        ExprKind::List(list) | ExprKind::Tuple(list) | ExprKind::Call(_, list) => {
            list.iter().for_each(|e| expression(e, f));
        }
        ExprKind::Range(from, to) => from.iter().chain(to).for_each(|e| expression(e, f)),
        ExprKind::Unary(_, x) => expression(x, f),
        ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => {
            expression(a, f);
            expression(b, f);
        }
        ExprKind::If(choice) => {
            for (condition, value) in &choice.arms {
                expression(condition, f);
                expression(value, f);
            }
            choice.otherwise.iter().for_each(|value| expression(value, f));
        }
        ExprKind::Brace(body) => f(Part::Body(body)),
    }
}
