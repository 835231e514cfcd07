//! [`ast`](crate::syntax::ast) to [`ir`](crate::ir): the only stage besides parsing that can fail.
//!
//! In: a parsed program and what is wanted of it. Out: networks whose every shape fits, or stubs
//! and all errors at once. Statements are run in order by an expander (`statements`, `repeat`,
//! `call`, `apply`), which evaluates expressions exactly (`eval`) and hands sorted items (`items`)
//! to the layers (`layers`). Arms not taken run as well, for their names alone. Not here: anything
//! that a plan decides.

pub mod arguments;
pub mod layers;
mod request;

#[cfg(feature = "frontend")]
mod apply;
#[cfg(feature = "frontend")]
mod bare;
#[cfg(feature = "frontend")]
mod bindings;
#[cfg(feature = "frontend")]
mod budget;
#[cfg(feature = "frontend")]
mod build;
#[cfg(feature = "frontend")]
mod call;
#[cfg(feature = "frontend")]
mod error;
#[cfg(feature = "frontend")]
mod eval;
#[cfg(feature = "frontend")]
mod expand;
#[cfg(feature = "frontend")]
mod functions;
#[cfg(feature = "frontend")]
mod graph;
#[cfg(feature = "frontend")]
mod index;
#[cfg(feature = "frontend")]
mod input;
#[cfg(feature = "frontend")]
mod items;
#[cfg(feature = "frontend")]
mod model;
#[cfg(feature = "frontend")]
mod naming;
#[cfg(feature = "frontend")]
mod network;
#[cfg(feature = "frontend")]
mod operands;
#[cfg(feature = "frontend")]
mod posts;
#[cfg(feature = "frontend")]
mod repeat;
#[cfg(feature = "frontend")]
mod run;
#[cfg(feature = "frontend")]
mod scope;
#[cfg(feature = "frontend")]
mod statements;
#[cfg(feature = "frontend")]
mod trace;
#[cfg(feature = "frontend")]
mod trainable;
#[cfg(feature = "frontend")]
mod value;
#[cfg(feature = "frontend")]
mod weights;

pub use request::{Checked, Request, Selection, Stub};
#[cfg(feature = "frontend")]
pub use run::check;
