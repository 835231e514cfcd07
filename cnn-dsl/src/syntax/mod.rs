//! Text to [`ast`]. In: one file's text. Out: its tree, or the one syntax error. The grammar is
//! `cnn.pest`; this is the only folder that knows pest.
//!
//! `scan` (limits, characters, literals) -> `grammar` (pest) -> `tree`; `expected` turns what pest
//! says into a `SyntaxError`, `error` that into a [`Diagnostic`](crate::diagnostic::Diagnostic).

pub mod ast;
mod program;

#[cfg(feature = "frontend")]
mod bare;
#[cfg(feature = "frontend")]
mod error;
#[cfg(feature = "frontend")]
mod expected;
#[cfg(feature = "frontend")]
mod grammar;
#[cfg(feature = "frontend")]
mod literal;
#[cfg(feature = "frontend")]
mod names;
#[cfg(feature = "frontend")]
mod parse;
#[cfg(feature = "frontend")]
mod rule_names;
#[cfg(feature = "frontend")]
mod scan;
#[cfg(feature = "frontend")]
pub(crate) mod text;
#[cfg(feature = "frontend")]
mod tree;

pub use program::Program;

#[cfg(feature = "frontend")]
pub(crate) use names::FUNCTIONS;
#[cfg(feature = "build")]
pub(crate) use names::is_type_name;
#[cfg(feature = "frontend")]
pub use names::model_names;
#[cfg(feature = "frontend")]
pub use parse::{expression, parse};

#[cfg(all(test, feature = "frontend"))]
mod tests;
