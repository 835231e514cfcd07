//! `dropout P`, `drop_path P` and `identity`: nothing at inference.

use crate::ir::Constant;

/// A layer that passes its input on at inference.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dropout {
    /// Zeroes elements with this probability in training.
    Elements(Constant),
    /// Zeroes the whole value of a sample with this probability in training.
    Path(Constant),
    /// Nothing, ever.
    Identity,
}

impl Dropout {
    /// The name in the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Elements(_) => "dropout",
            Self::Path(_) => "drop_path",
            Self::Identity => "identity",
        }
    }
}
