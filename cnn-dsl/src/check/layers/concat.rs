//! `concat A, B`: equal height and width.

use crate::check::layers::ShapeError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::concat::Concat;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let reads = r.reads()?;
    let first = *reads.first()?;
    let pixels = first.shape.with_channels(1);
    match reads.iter().find(|read| read.shape.with_channels(1) != pixels) {
        Some(&other) => r.fail(ShapeError::ConcatSizes { first, other }),
        None => Some(Op::Concat(Concat)),
    }
}
