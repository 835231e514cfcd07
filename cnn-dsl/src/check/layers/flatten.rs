//! `flatten`: takes anything.

use crate::ir::Op;
use crate::ir::layers::flatten::Flatten;

pub(super) fn build() -> Op {
    Op::Flatten(Flatten)
}
