//! `mul A, B`: equal shapes, or 1x1xC against HxWxC.

use crate::check::layers::ShapeError;
use crate::check::layers::reader::Reader;
use crate::ir::Op;
use crate::ir::layers::mul::Mul;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let reads = r.reads()?;
    let first = *reads.first()?;
    let mut largest = first;
    for &read in &reads {
        let Some(product) = Mul.output(&[largest.shape, read.shape]) else {
            return r.fail(ShapeError::MulShapes { first: largest, other: read });
        };
        if product != largest.shape {
            largest = read;
        }
    }
    Some(Op::Mul(Mul))
}
