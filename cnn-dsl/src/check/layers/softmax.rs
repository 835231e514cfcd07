//! `softmax`: takes anything.

use crate::ir::Op;
use crate::ir::layers::softmax::Softmax;

pub(super) fn build() -> Op {
    Op::Softmax(Softmax)
}
