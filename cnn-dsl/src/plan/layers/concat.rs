//! Concatenation of several operands.

use crate::plan::layers::{Epilogue, View};

/// Concatenation of several operands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Concat {
    /// Operands in order; the same buffer may stand twice.
    pub xs: Vec<View>,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}
