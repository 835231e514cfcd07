//! `scale X`.

use crate::check::layers::reader::{Allowed, Reader};
use crate::ir::Op;
use crate::ir::layers::scale::Scale;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let given = r.required(0, "a factor", "scale 0.5")?;
    Some(Op::Scale(Scale(r.constant(given, "the factor of `scale`", Allowed::Any)?)))
}
