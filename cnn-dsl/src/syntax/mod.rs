//! Text to [`ast`]. In: one file's text. Out: its tree, or the one syntax error. The grammar is
//! `cnn.pest`; this is the only folder that knows pest.

pub mod ast;
mod program;

pub use program::Program;
