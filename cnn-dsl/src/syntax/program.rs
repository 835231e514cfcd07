//! The files of one compilation, parsed: the root and everything it `use`s.

use crate::source::FileId;
use crate::syntax::ast;

/// Every file, parsed; the root first, then the used ones in the order they are met, each once.
#[derive(Debug)]
pub struct Program {
    /// Files with their trees.
    pub files: Vec<(FileId, ast::File)>,
}
