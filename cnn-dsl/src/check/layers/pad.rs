//! `pad (top, bottom, left, right)` and `pad channels (before, after)`; negative numbers crop.

use crate::check::arguments::{Given, Value};
use crate::check::layers::reader::Reader;
use crate::check::layers::{ArgumentError, ShapeError};
use crate::ir::Op;
use crate::ir::layers::pad::Pad;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let channels = r.args.named.iter().find(|(name, _, _)| *name == "channels");
    match (r.positional(0), channels) {
        (Some(given), Some((_, span, _))) => {
            r.fail(ArgumentError::Conflict { first: given.span, second: *span })
        }
        (None, Some((_, _, given))) => around_channels(r, given),
        (_, None) => around_image(r),
    }
}

fn around_image(r: &mut Reader<'_, '_>) -> Option<Op> {
    let what = "rows and columns to add";
    let given = r.required(0, what, "pad (1, 1, 1, 1)");
    let pads = given.and_then(|given| r.pads(given));
    let (input, [h, w, _]) = r.image()?;
    let (given, pads) = (given?, pads?);
    for (what, size, (before, after)) in
        [("rows", h, pads.vertical()), ("columns", w, pads.horizontal())]
    {
        if size as i64 + before + after <= 0 {
            let (at, by) = (given.span, -(before + after));
            return r.fail(ShapeError::CropsEverything { at, what, size, by, input });
        }
    }
    Some(Op::Pad(Pad::Image(pads)))
}

fn around_channels(r: &mut Reader<'_, '_>, given: &Given) -> Option<Op> {
    let (at, what) = (given.span, "`channels`");
    let (before, after) = match &given.value {
        Value::List(list) | Value::Tuple(list) => match list.as_slice() {
            [before, after] => {
                (r.signed(before, given.part(0), what), r.signed(after, given.part(1), what))
            }
            other => {
                let (what, found) = (what.to_owned(), other.len());
                let (wanted, example) = ("two numbers", "`(before, after)`".to_owned());
                return r.fail(ArgumentError::WrongLength { what, at, found, wanted, example });
            }
        },
        Value::Number(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Range(..)
        | Value::Activation(_)
        | Value::Word(_) => {
            return r.wrong_type(&given.value, at, what, "two numbers: (before, after)");
        }
    };
    let (before, after) = (before?, after?);
    let input = r.read()?;
    let size = input.shape.channels();
    if size as i64 + before + after <= 0 {
        let (what, by) = ("channels", -(before + after));
        return r.fail(ShapeError::CropsEverything { at, what, size, by, input });
    }
    Some(Op::Pad(Pad::Channels(before, after)))
}
