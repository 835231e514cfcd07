//! Product of several operands.

use crate::plan::layers::{Epilogue, View};

/// Product of several operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mul {
    /// Operands in order; the same buffer may stand twice.
    pub xs: Vec<View>,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}
