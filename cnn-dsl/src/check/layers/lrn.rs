//! `lrn`.

use crate::check::layers::reader::{Allowed, Reader};
use crate::ir::Op;
use crate::ir::layers::lrn::Lrn;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let size = match r.args.named("size") {
        Some(given) => r.integer(&given.value, given.place(), "`size`", 1),
        None => Some(5),
    };
    // Above 0 and not negative: what is raised to a power is never 0.
    let alpha = r.named_constant("alpha", 1e-4, Allowed::NotNegative);
    let beta = r.named_constant("beta", 0.75, Allowed::Any);
    let k = r.named_constant("k", 1.0, Allowed::Positive);
    Some(Op::Lrn(Lrn { size: size?, alpha: alpha?, beta: beta?, k: k? }))
}
