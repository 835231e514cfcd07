//! `scale X`: multiplication by a constant.

use crate::ir::Constant;

/// Multiplication by a constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scale(pub Constant);
