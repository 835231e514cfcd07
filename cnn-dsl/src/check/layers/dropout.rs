//! `dropout P`, `drop_path P`, `identity`.

use crate::check::layers::reader::{Allowed, Reader};
use crate::ir::Op;
use crate::ir::layers::dropout::Dropout;

pub(super) fn elements(r: &mut Reader<'_, '_>) -> Option<Op> {
    let p = r.optional_constant("the probability of `dropout`", 0.5, Allowed::Probability)?;
    Some(Op::Dropout(Dropout::Elements(p)))
}

pub(super) fn path(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a probability", "drop_path 0.1")?;
    let p = r.constant(given, "the probability of `drop_path`", Allowed::Probability)?;
    Some(Op::Dropout(Dropout::Path(p)))
}

pub(super) fn identity() -> Op {
    Op::Dropout(Dropout::Identity)
}
