//! [`ast`](crate::syntax::ast) to [`ir`](crate::ir).

pub mod arguments;
pub mod layers;
mod request;

pub use request::{Checked, Request, Selection, Stub};
