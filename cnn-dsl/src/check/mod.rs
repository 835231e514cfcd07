//! [`ast`](crate::syntax::ast) to [`ir`](crate::ir).

pub mod arguments;
mod request;

pub use request::{Checked, Request, Selection, Stub};
