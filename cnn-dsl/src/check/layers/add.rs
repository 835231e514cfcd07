//! `add A, B`: equal shapes.

use crate::check::layers::ShapeError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::add::Add;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let reads = r.reads()?;
    let first = *reads.first()?;
    match reads.iter().find(|read| read.shape != first.shape) {
        Some(&other) => r.fail(ShapeError::AddShapes { first, other }),
        None => Some(Op::Add(Add)),
    }
}
