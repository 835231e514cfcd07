//! Reads a layer's arguments: every function reports what is wrong and answers `None`.

use crate::check::arguments::{Arguments, Given, Operand, Operands, Place, Value};
use crate::check::layers::error::Read;
use crate::check::layers::{ArgumentError, LayerCx, LayerError, ShapeError, signature};
use crate::ir::shape::MAX_ELEMENTS;
use crate::ir::{Constant, Shape};
use crate::number::Rational;
use crate::source::Span;
use crate::syntax::text;

/// One layer's arguments and operands, with the place where errors go.
pub(super) struct Reader<'a, 'cx> {
    pub(super) cx: &'a mut LayerCx<'cx>,
    pub(super) layer: &'static str,
    pub(super) args: &'a Arguments,
    pub(super) operands: &'a [Operand],
}

impl<'a> Reader<'a, '_> {
    /// Reports, and is `None`.
    pub(super) fn fail<T>(&mut self, error: impl Into<LayerError>) -> Option<T> {
        self.cx.error(error);
        None
    }

    /// A text as it was written, on one line.
    pub(super) fn text(&self, span: Span) -> String {
        text::statement(self.cx.sources.text(span))
    }

    /// The operand, if its shape is known.
    pub(super) fn read(&self) -> Option<Read> {
        self.read_at(0)
    }

    /// One of several operands, if its shape is known.
    pub(super) fn read_at(&self, index: usize) -> Option<Read> {
        let operand = self.operands.get(index)?;
        let listed = signature(self.layer).is_some_and(|s| s.operands == Operands::Listed);
        let running = !listed || operand.span == self.args.layer_span;
        Some(Read { shape: operand.shape?, span: operand.span, running })
    }

    /// The operand with its height, width and channels; a vector is an error.
    pub(super) fn image(&mut self) -> Option<(Read, [usize; 3])> {
        let input = self.read()?;
        match input.shape {
            Shape::Image { h, w, c } => Some((input, [h, w, c])),
            Shape::Vector(_) => self.fail(ShapeError::NeedsImage { layer: self.layer, input }),
        }
    }

    /// The value at this place among those without a name.
    pub(super) fn positional(&self, index: usize) -> Option<&'a Given> {
        self.args.positional.get(index)
    }

    /// The same, but missing is an error.
    pub(super) fn required(
        &mut self,
        index: usize,
        what: &'static str,
        example: &str,
    ) -> Option<&'a Given> {
        if let Some(given) = self.positional(index) {
            return Some(given);
        }
        let (layer, at) = (self.layer, self.args.layer_span);
        self.fail(ArgumentError::MissingValue { layer, at, what, example: example.to_owned() })
    }

    /// Whether a place lies in the statement itself, not in a `default`.
    pub(super) fn in_statement(&self, span: Span) -> bool {
        let statement = self.args.statement;
        span.file == statement.file && statement.start <= span.start && span.end <= statement.end
    }

    /// Which of two opposite flags was said; a statement has at most one of them, and its own
    /// stands before a `default`'s.
    pub(super) fn either(&self, flags: [&'static str; 2]) -> Option<&'static str> {
        self.args.flags.iter().map(|(name, _)| *name).find(|name| flags.contains(name))
    }

    /// Reports arguments and flags of the statement that mean nothing here; a `default`'s may stay.
    pub(super) fn without_effect(&mut self, names: &[&str], why: &'static str) {
        let named = self.args.named.iter().map(|(name, span, given)| (*name, span.to(given.span)));
        let flags = self.args.flags.iter().copied();
        for (name, at) in named.chain(flags) {
            if names.contains(&name) && self.in_statement(at) {
                let argument = name.to_owned();
                self.cx.error(ArgumentError::WithoutEffect { argument, at, why });
            }
        }
    }

    /// Whether the layer has a bias: as `bias` or `no_bias` says, else unless batch norm follows.
    pub(super) fn bias(&self) -> bool {
        match self.either(["bias", "no_bias"]) {
            Some(flag) => flag == "bias",
            None => !self.args.followed_by_bn,
        }
    }

    /// An integer from `min` to 2^31.
    pub(super) fn integer(
        &mut self,
        value: &Value,
        at: Place,
        what: &str,
        min: usize,
    ) -> Option<usize> {
        let number = self.number(value, at, what)?;
        let Some(integer) = number.to_integer() else {
            return self.fail(ArgumentError::NotAnInteger {
                what: what.to_owned(),
                at,
                value: number,
            });
        };
        let fits = usize::try_from(integer).ok().filter(|n| (min..=MAX_ELEMENTS).contains(n));
        if fits.is_none() {
            let wanted = if integer < min as i128 {
                format!("at least {min}")
            } else {
                format!("at most {MAX_ELEMENTS}")
            };
            self.cx.error(ArgumentError::OutOfRange {
                what: what.to_owned(),
                at,
                value: number,
                wanted,
            });
        }
        fits
    }

    /// An integer from -2^31 to 2^31.
    pub(super) fn signed(&mut self, value: &Value, at: Place, what: &str) -> Option<i64> {
        let number = self.number(value, at, what)?;
        let Some(integer) = number.to_integer() else {
            return self.fail(ArgumentError::NotAnInteger {
                what: what.to_owned(),
                at,
                value: number,
            });
        };
        let limit = MAX_ELEMENTS as i64;
        let fits = i64::try_from(integer).ok().filter(|n| (-limit..=limit).contains(n));
        if fits.is_none() {
            let wanted = format!("between -{limit} and {limit}");
            self.cx.error(ArgumentError::OutOfRange {
                what: what.to_owned(),
                at,
                value: number,
                wanted,
            });
        }
        fits
    }

    /// Any number.
    pub(super) fn number(&mut self, value: &Value, at: Place, what: &str) -> Option<Rational> {
        match value {
            Value::Number(number) => Some(*number),
            Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => self.wrong_type(value, at.span(), what, "a number"),
        }
    }

    /// Reports a value of another kind than is wanted.
    pub(super) fn wrong_type<T>(
        &mut self,
        value: &Value,
        at: Span,
        what: &str,
        wanted: &'static str,
    ) -> Option<T> {
        let found = value.kind();
        self.fail(ArgumentError::WrongType { what: what.to_owned(), at, found, wanted })
    }

    /// A constant of a kernel, within the range that `allowed` says in words and in numbers.
    pub(super) fn constant(
        &mut self,
        given: &Given,
        what: &str,
        allowed: Allowed,
    ) -> Option<Constant> {
        let value = self.number(&given.value, given.place(), what)?;
        if !allowed.contains(value) {
            let (what, wanted) = (what.to_owned(), allowed.words().to_owned());
            let at = given.place();
            return self.fail(ArgumentError::OutOfRange { what, at, value, wanted });
        }
        // No number of 127 bits, nor one divided by another, is beyond the range of an f32.
        Some(Constant(value.to_f64() as f32))
    }

    /// A named constant with its default.
    pub(super) fn named_constant(
        &mut self,
        name: &str,
        default: f32,
        allowed: Allowed,
    ) -> Option<Constant> {
        match self.args.named(name) {
            Some(given) => self.constant(given, &format!("`{name}`"), allowed),
            None => Some(Constant(default)),
        }
    }

    /// An only value without a name, or its default.
    pub(super) fn optional_constant(
        &mut self,
        what: &str,
        default: f32,
        allowed: Allowed,
    ) -> Option<Constant> {
        match self.positional(0) {
            Some(given) => self.constant(given, what, allowed),
            None => Some(Constant(default)),
        }
    }

    /// A named pair: one number for both directions, or `2x1`, or `[1, s]`.
    pub(super) fn pair(&mut self, name: &str, default: usize, min: usize) -> Option<[usize; 2]> {
        match self.args.named(name) {
            Some(given) => self.pair_of(given, &format!("`{name}`"), min),
            None => Some([default; 2]),
        }
    }

    /// A pair given as one number or two.
    pub(super) fn pair_of(&mut self, given: &Given, what: &str, min: usize) -> Option<[usize; 2]> {
        let at = given.span;
        match &given.value {
            Value::Number(_) => Some([self.integer(&given.value, given.place(), what, min)?; 2]),
            Value::List(list) => match list.as_slice() {
                [a, b] => {
                    let a = self.integer(a, given.part(0), what, min);
                    let b = self.integer(b, given.part(1), what, min);
                    Some([a?, b?])
                }
                other => {
                    let (what, found) = (what.to_owned(), other.len());
                    let (wanted, example) = ("one number or two", "`2` or `2x1`".to_owned());
                    self.fail(ArgumentError::WrongLength { what, at, found, wanted, example })
                }
            },
            Value::Bool(_)
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => {
                self.wrong_type(&given.value, at, what, "a number, or two as in `2x1`")
            }
        }
    }

    /// Integers of a list that was given, all at least `min`.
    pub(super) fn integers(
        &mut self,
        list: &[Value],
        given: &Given,
        what: &str,
        min: usize,
    ) -> Option<Vec<usize>> {
        let values = list.iter().enumerate();
        let read: Vec<_> =
            values.map(|(i, value)| self.integer(value, given.part(i), what, min)).collect();
        read.into_iter().collect()
    }

    /// A size of two numbers without a name: `3x3` or `[k, k]`.
    pub(super) fn size(&mut self, given: &Given, what: &str, min: usize) -> Option<[usize; 2]> {
        let at = given.span;
        let found = match &given.value {
            Value::List(list) if list.len() == 2 => return self.pair_of(given, what, min),
            Value::List(list) => list.len(),
            Value::Number(_) => 1,
            Value::Bool(_)
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => {
                return self.wrong_type(&given.value, at, what, "two numbers, as in `3x3`");
            }
        };
        let (what, wanted) = (what.to_owned(), "two numbers");
        let example = "rows and columns, as in `2x2`".to_owned();
        self.fail(ArgumentError::WrongLength { what, at, found, wanted, example })
    }
}

/// Ranges of constants.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allowed {
    /// Every number.
    Any,
    /// Above 0.
    Positive,
    /// 0 or above.
    NotNegative,
    /// From 0 to 1.
    Unit,
    /// From 0 to below 1.
    Probability,
}

impl Allowed {
    fn contains(self, value: Rational) -> bool {
        let (zero, one) = (Rational::ZERO, Rational::ONE);
        match self {
            Self::Any => true,
            Self::Positive => value > zero,
            Self::NotNegative => value >= zero,
            Self::Unit => value >= zero && value <= one,
            Self::Probability => value >= zero && value < one,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Any => "any number",
            Self::Positive => "above 0",
            Self::NotNegative => "0 or above",
            Self::Unit => "from 0 to 1",
            Self::Probability => "from 0 to below 1",
        }
    }
}
