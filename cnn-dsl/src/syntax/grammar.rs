//! The parser that pest makes of `cnn.pest`.

/// Gives [`Rule`].
#[derive(pest_derive::Parser)]
#[grammar = "syntax/cnn.pest"]
pub(super) struct Grammar;
