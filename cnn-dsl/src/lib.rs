//! The compiler behind `cnn!`: text in, Rust out.
//!
//! `syntax -> check -> plan -> emit`, one folder a stage; only the first two can fail.
//! This crate never depends on the runtime; the code that it emits does.

#![forbid(unsafe_code)]

pub mod check;
pub mod diagnostic;
#[cfg(feature = "emit")]
pub mod emit;
pub mod ir;
pub mod number;
pub mod plan;
pub mod source;
pub mod syntax;
