//! Renames proposed by shape.

use crate::error::Mismatch;
use crate::load::Flatten;
use crate::table::Tensor;

/// Notes renames that would bring missing and surplus tensors together.
pub(crate) fn propose(_mismatch: &mut Mismatch, _tensors: &[Tensor], _flatten: Flatten) {}
