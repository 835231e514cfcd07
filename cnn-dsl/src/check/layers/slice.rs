//! `slice A..B`: half-open, either end may be missing.

use crate::check::arguments::Value;
use crate::check::layers::ChannelError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::slice::Slice;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a range of channels", "slice 0..16")?;
    let (at, what) = (given.span, "an end of `slice`");
    let (from, to) = match &given.value {
        Value::Range(from, to) => (from.map(Value::Number), to.map(Value::Number)),
        Value::Number(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Activation(_)
        | Value::Word(_) => {
            return r.wrong_type(&given.value, at, "what `slice` takes", "a range, as in `0..16`");
        }
    };
    let from = match from {
        Some(from) => r.integer(&from, given.part(0), what, 0),
        None => Some(0),
    };
    let to = match to {
        Some(to) => Some(r.integer(&to, given.part(1), what, 0)?),
        None => None,
    };
    let from = from?;
    if let Some(to) = to.filter(|&to| to <= from) {
        return r.fail(ChannelError::SliceEmpty { at, from, to });
    }
    let input = r.read()?;
    let channels = input.shape.channels();
    let to = to.unwrap_or(channels);
    if to > channels || from >= channels {
        return r.fail(ChannelError::SliceBeyond { at, to: to.max(from), input });
    }
    Some(Op::Slice(Slice { from, to }))
}
