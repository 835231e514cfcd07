//! The border between the statements (`check/*.rs`: names, scopes, expansion, evaluation) and the
//! layers (`check/layers/*.rs`: what each layer accepts and gives).
//!
//! A layer declares a [`Signature`]; the statements sort a layer's items by it and evaluate them;
//! the layer gets [`Arguments`] and answers with an operation and its result shapes.

use crate::ir::{Activation, Shape};
use crate::number::Rational;
use crate::source::Span;

/// What may stand behind a layer's name.
#[derive(Debug)]
pub struct Signature {
    /// The layer's name.
    pub name: &'static str,
    /// Words that take a value behind them.
    pub arguments: &'static [&'static str],
    /// Words that stand alone.
    pub flags: &'static [&'static str],
    /// How many values without a name it takes.
    pub positional: Positional,
    /// What it computes from.
    pub operands: Operands,
    /// Whether it may stand as a post-operation (`bn`, activations, `softmax`).
    pub post: bool,
    /// One line for "`conv` takes ...": `conv RxS, OUT`.
    pub usage: &'static str,
}

/// Values without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Positional {
    /// At least so many.
    pub min: usize,
    /// At most so many.
    pub max: usize,
}

/// What a layer computes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operands {
    /// The running tensor, or what `from` names.
    One,
    /// The tensors among its positional values: `add`, `mul`, `concat`.
    Listed,
}

/// A value of the language.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(Rational),
    /// A flag.
    Bool(bool),
    /// `"text"`.
    Text(String),
    /// `3x3x32`, `[size, size, 3]`, a list of anything.
    List(Vec<Self>),
    /// `(1, 2)`.
    Tuple(Vec<Self>),
    /// `a..b`; either end may be missing.
    Range(Option<Rational>, Option<Rational>),
    /// An activation, `softmax` or `identity`, given by its name.
    Activation(Held),
    /// A word that the layer knows (`same`, `valid`, `avg`, `max`, `global`, `nearest`).
    Word(String),
}

/// What a parameter may hold to be applied like a layer: `act relu`.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// An activation with its default arguments.
    Activation(Activation),
    /// `softmax`.
    Softmax,
    /// `identity`: no activation.
    Identity,
}

impl Held {
    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Activation(activation) => activation.kind(),
            Self::Softmax => "softmax",
            Self::Identity => "identity",
        }
    }
}

impl Value {
    /// The values of a list or tuple.
    pub fn parts(&self) -> Option<&[Self]> {
        match self {
            Self::List(parts) | Self::Tuple(parts) => Some(parts),
            Self::Number(_)
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Range(..)
            | Self::Activation(_)
            | Self::Word(_) => None,
        }
    }

    /// What it is, for "a number is needed, `x` is a list".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Range(..) => "a range",
            Self::Activation(_) => "an activation",
            Self::Word(_) => "a word",
        }
    }
}

/// A value with its place and, for numbers and sizes, how it was written.
#[derive(Debug, Clone)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// Where it stands in the text.
    pub span: Span,
    /// Where the values of a list or tuple, or a range's ends, stand, if they are written out here.
    pub parts: Vec<Span>,
}

impl Given {
    /// The place of the value itself.
    pub fn place(&self) -> Place {
        Place::Own(self.span)
    }

    /// The place of one value of a list or tuple, or of a range's end.
    pub fn part(&self, index: usize) -> Place {
        Place::part(self.span, &self.parts, index)
    }
}

/// Where a value stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The text is the value's own.
    Own(Span),
    /// The text holds several values, this one among them: `3x0`, or the name of a list.
    Among(Span),
}

impl Place {
    /// The place of one of a value's parts.
    pub fn part(whole: Span, parts: &[Span], index: usize) -> Self {
        parts.get(index).map_or(Self::Among(whole), |&part| Self::Own(part))
    }

    /// The text.
    pub fn span(self) -> Span {
        match self {
            Self::Own(span) | Self::Among(span) => span,
        }
    }

    /// What the text does to the value: "`n` is 0", "`sizes` holds 0".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Own(_) => "is",
            Self::Among(_) => "holds",
        }
    }
}

/// A layer's items, sorted and evaluated.
#[derive(Debug)]
pub struct Arguments {
    /// The layer's name as written.
    pub layer: String,
    /// Where the name stands.
    pub layer_span: Span,
    /// The whole statement.
    pub statement: Span,
    /// Values without a name, in order; tensors of `Operands::Listed` are not among them.
    pub positional: Vec<Given>,
    /// Arguments with their names' places; the statement's own, then those of `default` that the
    /// statement did not give.
    pub named: Vec<(&'static str, Span, Given)>,
    /// Flags with their places; the same order.
    pub flags: Vec<(&'static str, Span)>,
    /// Whether `bn` is the first post-operation of the same statement.
    pub followed_by_bn: bool,
}

impl Arguments {
    /// The value of an argument.
    pub fn named(&self, name: &str) -> Option<&Given> {
        self.named.iter().find(|(n, _, _)| *n == name).map(|(_, _, given)| given)
    }

    /// Whether a flag was given.
    pub fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|(n, _)| *n == name)
    }
}

/// An operand of a layer.
#[derive(Debug, Clone, Copy)]
pub struct Operand {
    /// Its shape; `None` after an error before it.
    pub shape: Option<Shape>,
    /// Where it is named; the statement's layer name for the running tensor.
    pub span: Span,
    /// The image's shape if the operand is the direct result of `flatten`.
    pub flattened: Option<[usize; 3]>,
}
