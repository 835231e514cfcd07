//! What each built-in layer accepts and gives: one file an operation.
//!
//! In: a layer's items, sorted and evaluated ([`Arguments`]), and the shapes it reads. Out: an
//! operation and its result shapes ([`Built`]); every mistake as a [`LayerError`]. Not here: names,
//! scopes, `default`, `from`, `as`, `->`, `frozen`: they are the statements' business.

mod activation;
mod add;
mod bn;
mod concat;
mod conv;
mod deconv;
mod dense;
mod depth;
mod dropout;
mod dw;
mod error;
mod flatten;
mod lrn;
mod mul;
mod operands;
mod pad;
mod pool;
mod reader;
mod resize;
mod scale;
mod shuffle;
mod signatures;
mod slice;
mod softmax;
mod split;
mod window;

pub use error::{ArgumentError, ChannelError, LayerError, Read, ShapeError, WindowError};
pub use signatures::{activation, all, held, signature, words};
pub use window::padded_same;

use crate::check::arguments::{Arguments, Held, Operand};
use crate::check::layers::reader::Reader;
use crate::diagnostic::Diagnostics;
use crate::ir::shape::{MAX_ELEMENTS, checked_elements};
use crate::ir::{Op, Shape};
use crate::source::{Sources, Span};

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
    pub fn error(&mut self, error: impl Into<LayerError>) {
        let mut diagnostic = error.into().diagnostic(self.sources);
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
/// `Operands::Listed` all of them, at least two, `last` put first where only one was written. A post-operation is
/// built by the same function, with one operand.
///
/// Where an operand's shape is unknown, the arguments are checked all the same and the outputs are
/// `None`, but for `dense`. After an error the outputs are `None` where they cannot be told.
pub fn build(
    cx: &mut LayerCx<'_>,
    name: &'static str,
    args: &Arguments,
    operands: &[Operand],
) -> Built {
    let mut reader = Reader { cx, layer: name, args, operands };
    surplus(&mut reader);
    let Some(op) = operation(&mut reader) else {
        return Built { op: None, outputs: after_mistake(name, args) };
    };
    finish(&mut reader, op)
}

/// What is known of a layer's results where it cannot be built, be it for its items.
pub fn after_mistake(name: &'static str, args: &Arguments) -> Vec<Option<Shape>> {
    match name {
        "split" => vec![None; split::results(args)],
        "dense" => vec![dense::result(args)],
        _other => vec![None],
    }
}

/// Reports values that the layer has no place for.
fn surplus(r: &mut Reader<'_, '_>) {
    let Some(signature) = signature(r.layer) else { return };
    let Some(given) = r.positional(signature.positional.max) else { return };
    let (layer, at, usage) = (r.layer, given.span, signature.usage);
    r.cx.error(match r.without_channels() {
        Some(example) => ArgumentError::InputChannels { layer, at, example },
        None => ArgumentError::SurplusValue { layer, at, usage },
    });
}

/// The layer's operation; `None` after an error, or where its operand's shape is unknown.
fn operation(r: &mut Reader<'_, '_>) -> Option<Op> {
    match r.layer {
        "conv" => conv::build(r),
        "dw" => dw::build(r),
        "deconv" => deconv::build(r),
        "pool" => pool::build(r),
        "dense" => dense::build(r),
        "flatten" => Some(flatten::build()),
        "bn" => bn::build(r),
        "softmax" => Some(softmax::build()),
        "dropout" => dropout::elements(r),
        "drop_path" => dropout::path(r),
        "identity" => Some(dropout::identity()),
        "lrn" => lrn::build(r),
        "add" => add::build(r),
        "mul" => mul::build(r),
        "concat" => concat::build(r),
        "scale" => scale::build(r),
        "pad" => pad::build(r),
        "slice" => slice::build(r),
        "split" => split::build(r),
        "shuffle" => shuffle::build(r),
        "upsample" => resize::upsample(r),
        "resize" => resize::resize(r),
        "depth_to_space" => depth::to_space(r),
        "space_to_depth" => depth::to_depth(r),
        _activation => activation::build(r),
    }
}

/// The result shapes, once nothing is too large to be counted.
fn finish(r: &mut Reader<'_, '_>, op: Op) -> Built {
    let results = if let Op::Split(split) = &op { split.parts.len() } else { 1 };
    let shapes: Option<Vec<Shape>> = r.operands.iter().map(|operand| operand.shape).collect();
    let (Some(shapes), Some(input)) = (shapes, r.read()) else {
        return Built::unknown(results);
    };
    let (layer, at) = (r.layer, r.args.layer_span);
    let Some(outputs) = op.outputs(&shapes) else {
        r.cx.error(ShapeError::TooManyElements { layer, at, what: "result", input });
        return Built::unknown(results);
    };
    let outputs = outputs.into_iter().map(Some).collect();
    let countable = |dims: &[usize]| checked_elements(dims).is_some_and(|n| n <= MAX_ELEMENTS);
    if op.tensors("", &shapes).iter().all(|tensor| countable(&tensor.dims)) {
        return Built { op: Some(op), outputs };
    }
    r.cx.error(ShapeError::TooManyElements { layer, at, what: "kernel", input });
    Built { op: None, outputs }
}

/// The most vector statements that `unroll full` writes out for one layer.
pub const UNROLL_LIMIT: u64 = 8_000;

/// Whether a built layer may be unrolled. `at` is the flag `unroll full`.
pub fn check_unroll(cx: &mut LayerCx<'_>, op: &Op, inputs: &[Shape], outputs: &[Shape], at: Span) {
    let layer = op.kind();
    match op.unroll_cost(inputs, outputs) {
        None => cx.error(ShapeError::CannotUnroll { layer, at }),
        Some(cost) if cost > UNROLL_LIMIT => {
            cx.error(ShapeError::UnrollTooLarge { layer, at, cost, limit: UNROLL_LIMIT });
        }
        Some(_) => {}
    }
}

/// What a parameter holds, applied: the same as writing its name.
pub fn build_held(held: &Held, operand: Operand) -> Built {
    let Some(shape) = operand.shape else { return Built::unknown(1) };
    let op = match held {
        Held::Activation(activation) => Op::Activation(activation.clone()),
        Held::Softmax => softmax::build(),
        Held::Identity => dropout::identity(),
    };
    Built { op: Some(op), outputs: vec![Some(shape)] }
}
