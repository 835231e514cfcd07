//! `bn`.

use crate::check::layers::reader::{Allowed, Reader};
use crate::ir::Op;
use crate::ir::layers::bn::Bn;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let eps = r.named_constant("eps", 1e-3, Allowed::Positive);
    let momentum = r.named_constant("momentum", 0.99, Allowed::Unit);
    let (scale, shift) = (!r.args.flag("no_scale"), !r.args.flag("no_shift"));
    Some(Op::Bn(Bn { eps: eps?, momentum: momentum?, scale, shift }))
}
