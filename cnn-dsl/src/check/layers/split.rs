//! `split N`: equal parts; `split a, b`: parts of these channels.

use crate::check::arguments::{Arguments, Given, Value};
use crate::check::layers::reader::Reader;
use crate::check::layers::{ArgumentError, ChannelError};
use crate::ir::Op;
use crate::ir::layers::split::Split;
use crate::number::Rational;
use crate::source::Span;

/// More results than any network has; keeps `split 2000000000` from filling the memory.
const MAX_PARTS: usize = 4096;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let first = r.required(0, "a number of parts", "split 2")?;
    let at = r.args.positional.iter().fold(first.span, |span, given| span.to(given.span));
    let listed = match r.args.positional.as_slice() {
        [only] => match &only.value {
            Value::List(list) => Some(r.integers(list, only, "a part of `split`", 1)?),
            Value::Number(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => None,
        },
        several => {
            let parts = several.iter();
            let parts: Vec<_> =
                parts.map(|g| r.integer(&g.value, g.place(), "a part of `split`", 1)).collect();
            Some(parts.into_iter().collect::<Option<_>>()?)
        }
    };
    match listed {
        Some(parts) => by_sizes(r, parts, at),
        None => evenly(r, first),
    }
}

fn evenly(r: &mut Reader<'_, '_>, given: &Given) -> Option<Op> {
    let (what, at) = ("the number of parts", given.place());
    let parts = r.integer(&given.value, at, what, 1)?;
    if parts > MAX_PARTS {
        let (what, wanted) = (what.to_owned(), format!("at most {MAX_PARTS}"));
        let value = Rational::integer(parts as i128);
        return r.fail(ArgumentError::OutOfRange { what, at, value, wanted });
    }
    let input = r.read()?;
    let channels = input.shape.channels();
    if !channels.is_multiple_of(parts) {
        return r.fail(ChannelError::SplitUneven { at: at.span(), parts, input });
    }
    Some(Op::Split(Split { parts: vec![channels / parts; parts] }))
}

fn by_sizes(r: &mut Reader<'_, '_>, parts: Vec<usize>, at: Span) -> Option<Op> {
    let input = r.read()?;
    // No overflow: there are fewer than 2^32 parts of at most 2^31 each.
    let sum = parts.iter().sum();
    if sum != input.shape.channels() {
        return r.fail(ChannelError::SplitSum { at, sum, input });
    }
    Some(Op::Split(Split { parts }))
}

/// How many results a `split` has, as far as its arguments tell, whatever its operand.
pub(super) fn results(args: &Arguments) -> usize {
    match args.positional.as_slice() {
        [only] => match &only.value {
            Value::List(list) => list.len(),
            Value::Number(n) => {
                let parts = n.to_integer().and_then(|n| usize::try_from(n).ok());
                parts.filter(|&n| n <= MAX_PARTS).unwrap_or(0)
            }
            Value::Bool(_)
            | Value::Text(_)
            | Value::Tuple(_)
            | Value::Range(..)
            | Value::Activation(_)
            | Value::Word(_) => 0,
        },
        several => several.len(),
    }
}
