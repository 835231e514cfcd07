//! Expressions to values: exact numbers, lists, ranges, flags, activations.
//!
//! `None` means that an error was reported, here or earlier; it silences what follows. Where
//! shapes are not looked at (an arm not taken), only the names in an expression are checked.

use crate::check::arguments::{Place, Value};
use crate::check::error::ValueError;
use crate::check::expand::Expander;
use crate::check::layers;
use crate::check::scope::Binding;
use crate::check::value;
use crate::number::Rational;
use crate::syntax::FUNCTIONS;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, If, UnaryOp};

/// The most parts of a list: lists of lists of lists would otherwise outgrow the memory.
const MAX_LIST: usize = 10_000;

impl<'a> Expander<'a> {
    /// An expression's value.
    pub(super) fn eval(&mut self, e: &'a Expr) -> Option<Value> {
        if self.ghost > 0 {
            self.check_names(e);
            return None;
        }
        match &e.kind {
            ExprKind::Number(n) => Some(Value::Number(*n)),
            ExprKind::Shape(sizes) => {
                let sizes = sizes.iter().map(|&n| Value::Number(Rational::integer(n.into())));
                Some(Value::List(sizes.collect()))
            }
            ExprKind::Text(text) => Some(Value::Text(text.clone())),
            ExprKind::Bool(b) => Some(Value::Bool(*b)),
            ExprKind::Name(name) => self.eval_name(name, e),
            ExprKind::List(parts) => self.eval_parts(parts, e).map(Value::List),
            ExprKind::Tuple(parts) => self.eval_parts(parts, e).map(Value::Tuple),
            ExprKind::Range(from, to) => {
                let mut end = |end: &'a Option<Box<Expr>>| match end {
                    Some(end) => self.number(end).map(Some),
                    None => Some(None),
                };
                let (from, to) = (end(from), end(to));
                Some(Value::Range(from?, to?))
            }
            ExprKind::Unary(UnaryOp::Negate, x) => {
                let n = self.number(x)?;
                self.checked(n.negate(), e)
            }
            ExprKind::Unary(UnaryOp::Not, x) => Some(Value::Bool(!self.boolean(x)?)),
            ExprKind::Binary(op, a, b) => self.eval_binary(*op, a, b, e),
            ExprKind::Call(name, args) => self.call_function(name, args, e),
            ExprKind::Index(list, index) => self.eval_index(list, index),
            ExprKind::If(choice) => self.eval_if(choice),
            ExprKind::Brace(_) => self.wrong_type("a number or a list", "a tensor", e),
        }
    }

    fn eval_name(&mut self, name: &str, e: &'a Expr) -> Option<Value> {
        if name == "last" {
            return self.wrong_type("a number or a list", "a tensor", e);
        }
        match self.frame().find(name).map(|entry| entry.binding.clone()) {
            Some(Binding::Value(found)) => {
                self.charge(found.as_ref().map_or(0, value::size) / 8);
                found
            }
            Some(Binding::Tensor(_)) => self.wrong_type("a number or a list", "a tensor", e),
            Some(Binding::Layer(_)) => self.wrong_type("a number or a list", "a layer", e),
            None => {
                if let Some(held) = layers::held(name) {
                    return Some(Value::Activation(held));
                }
                self.unknown_name(name, e.span);
                None
            }
        }
    }

    fn eval_parts(&mut self, parts: &'a [Expr], e: &'a Expr) -> Option<Vec<Value>> {
        let values: Vec<_> = parts.iter().map(|part| self.eval(part)).collect();
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        if values.iter().map(value::size).sum::<usize>() > MAX_LIST {
            self.error(ValueError::ListTooLong { at: e.span, limit: MAX_LIST });
            return None;
        }
        Some(values)
    }

    fn eval_if(&mut self, choice: &'a If<Expr>) -> Option<Value> {
        let mut result = None;
        let mut decided = false;
        for (condition, value) in &choice.arms {
            if decided {
                self.check_names(condition);
                self.check_names(value);
                continue;
            }
            match self.boolean(condition) {
                Some(false) => self.check_names(value),
                Some(true) => {
                    decided = true;
                    result = self.eval(value);
                }
                None => {
                    decided = true;
                    self.check_names(value);
                }
            }
        }
        match &choice.otherwise {
            Some(value) if decided => self.check_names(value),
            Some(value) => result = self.eval(value),
            None if decided => {}
            None => self.error(ValueError::NoElse { at: choice.span }),
        }
        result
    }

    fn eval_binary(
        &mut self,
        op: BinaryOp,
        a: &'a Expr,
        b: &'a Expr,
        whole: &'a Expr,
    ) -> Option<Value> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let decisive = op == BinaryOp::Or;
                let left = self.boolean(a);
                if left == Some(decisive) {
                    self.check_names(b);
                    return Some(Value::Bool(decisive));
                }
                let right = self.boolean(b);
                Some(Value::Bool(left.and(right)?))
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let (left, right) = (self.eval(a), self.eval(b));
                let (left, right) = (left?, right?);
                if left.kind() != right.kind() {
                    let expected = left.kind();
                    return self.wrong_kind(expected, &right, b);
                }
                Some(Value::Bool((left == right) == (op == BinaryOp::Equal)))
            }
            BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => {
                let (left, right) = (self.number(a), self.number(b));
                self.arithmetic(op, left?, right?, b, whole)
            }
        }
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        a: Rational,
        b: Rational,
        divisor: &'a Expr,
        whole: &'a Expr,
    ) -> Option<Value> {
        let divides = matches!(op, BinaryOp::Divide | BinaryOp::Remainder);
        if divides && b == Rational::ZERO {
            self.error(ValueError::DivisionByZero { at: Place::Own(divisor.span) });
            return None;
        }
        let result = match op {
            BinaryOp::Add => a.add(b),
            BinaryOp::Subtract => a.subtract(b),
            BinaryOp::Multiply => a.multiply(b),
            BinaryOp::Divide => a.divide(b),
            BinaryOp::Remainder => a.remainder(b),
            BinaryOp::Less => return Some(Value::Bool(a < b)),
            BinaryOp::LessEqual => return Some(Value::Bool(a <= b)),
            BinaryOp::Greater => return Some(Value::Bool(a > b)),
            BinaryOp::GreaterEqual => return Some(Value::Bool(a >= b)),
            BinaryOp::Equal => return Some(Value::Bool(a == b)),
            BinaryOp::NotEqual => return Some(Value::Bool(a != b)),
            BinaryOp::And | BinaryOp::Or => None,
        };
        self.checked(result, whole)
    }

    /// `xs[i]`, `xs[a..b]`.
    fn eval_index(&mut self, list: &'a Expr, index: &'a Expr) -> Option<Value> {
        let values = match self.eval(list) {
            Some(Value::List(values) | Value::Tuple(values)) => Some(values),
            Some(other) => self.wrong_kind("a list", &other, list),
            None => None,
        };
        if let ExprKind::Range(from, to) = &index.kind {
            let mut end = |end: &'a Option<Box<Expr>>| match end {
                Some(end) => self.integer(end).map(Some),
                None => Some(None),
            };
            let (from, to) = (end(from), end(to));
            let (values, from, to) = (values?, from?, to?);
            let length = i128::try_from(values.len()).ok()?;
            let (from, to) = (from.unwrap_or(0), to.unwrap_or(length));
            let ends = usize::try_from(from).ok().zip(usize::try_from(to).ok());
            let slice = ends.and_then(|(from, to)| values.get(from..to));
            if slice.is_none() {
                self.error(ValueError::OutOfRange {
                    at: index.span,
                    index: format!("{from}..{to}"),
                    length: values.len(),
                });
            }
            return Some(Value::List(slice?.to_vec()));
        }
        let at = self.integer(index);
        let (values, at) = (values?, at?);
        let found = usize::try_from(at).ok().and_then(|at| values.get(at));
        if found.is_none() {
            self.error(ValueError::OutOfRange {
                at: index.span,
                index: at.to_string(),
                length: values.len(),
            });
        }
        found.cloned()
    }

    /// A number.
    pub(super) fn number(&mut self, e: &'a Expr) -> Option<Rational> {
        match self.eval(e)? {
            Value::Number(n) => Some(n),
            other => self.wrong_kind("a number", &other, e),
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, e: &'a Expr) -> Option<bool> {
        match self.eval(e)? {
            Value::Bool(b) => Some(b),
            other => self.wrong_kind("true or false", &other, e),
        }
    }

    /// A number that is an integer.
    pub(super) fn integer(&mut self, e: &'a Expr) -> Option<i128> {
        let n = self.number(e)?;
        let integer = n.to_integer();
        if integer.is_none() {
            self.not_an_integer(Place::Own(e.span), n);
        }
        integer
    }

    /// Reports a fraction where an integer is needed, with the expression that gave it.
    pub(super) fn not_an_integer(&mut self, at: Place, value: Rational) {
        let text = self.text(at.span());
        self.error(ValueError::NotAnInteger { at, text, value });
    }

    /// A result, or the report that it is too large for the language's numbers.
    pub(super) fn checked(&mut self, result: Option<Rational>, e: &'a Expr) -> Option<Value> {
        if result.is_none() {
            let text = self.text(e.span);
            self.error(ValueError::Overflow { at: e.span, text });
        }
        result.map(Value::Number)
    }

    /// Reports a value of another kind than is needed.
    pub(super) fn wrong_kind<T>(
        &mut self,
        expected: &'static str,
        found: &Value,
        e: &'a Expr,
    ) -> Option<T> {
        self.wrong_type(expected, found.kind(), e)
    }

    /// The same, for what is no value.
    pub(super) fn wrong_type<T>(
        &mut self,
        expected: &'static str,
        found: &'static str,
        e: &'a Expr,
    ) -> Option<T> {
        self.wrong_type_at(expected, found, Place::Own(e.span))
    }

    /// Reports a part of a list of another kind than is needed.
    pub(super) fn wrong_part<T>(
        &mut self,
        expected: &'static str,
        found: &Value,
        e: &'a Expr,
        index: usize,
    ) -> Option<T> {
        self.wrong_type_at(expected, found.kind(), part(e, index))
    }

    fn wrong_type_at<T>(
        &mut self,
        expected: &'static str,
        found: &'static str,
        at: Place,
    ) -> Option<T> {
        let text = self.text(at.span());
        self.error(ValueError::WrongType { at, text, expected, found });
        None
    }

    /// Checks the names in an expression that is not evaluated.
    pub(super) fn check_names(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Number(_) | ExprKind::Shape(_) | ExprKind::Text(_) | ExprKind::Bool(_) => {}
            ExprKind::Name(name) => {
                let known = name == "last"
                    || self.frame().find(name).is_some()
                    || layers::held(name).is_some();
                if !known {
                    self.unknown_name(name, e.span);
                }
            }
            ExprKind::List(parts) | ExprKind::Tuple(parts) => {
                parts.iter().for_each(|part| self.check_names(part));
            }
            ExprKind::Range(from, to) => {
                from.iter().chain(to).for_each(|end| self.check_names(end));
            }
            ExprKind::Unary(_, x) => self.check_names(x),
            ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => {
                self.check_names(a);
                self.check_names(b);
            }
            ExprKind::Call(name, args) => {
                if !FUNCTIONS.contains(&name.name.as_str()) {
                    self.error(ValueError::UnknownFunction { name: name.clone() });
                }
                args.iter().for_each(|arg| self.check_names(arg));
            }
            ExprKind::If(choice) => {
                for (condition, value) in &choice.arms {
                    self.check_names(condition);
                    self.check_names(value);
                }
                choice.otherwise.iter().for_each(|value| self.check_names(value));
            }
            ExprKind::Brace(body) => self.run_ghost(body),
        }
    }
}

/// The place of one of an expression's parts.
pub(super) fn part(e: &Expr, index: usize) -> Place {
    Place::part(e.span, &e.parts(), index)
}
