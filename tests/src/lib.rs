//! What the tests of the whole workspace share.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub use cnn_runtime;

/// The Rust of the pages.
#[doc = include_str!("../../docs/language.md")]
#[cfg(doctest)]
#[allow(
    rustdoc::invalid_codeblock_attributes,
    reason = "the infos of other languages are the tests' own"
)]
pub struct Pages;

/// The Rust of the page on training.
#[doc = include_str!("../../docs/training.md")]
#[cfg(doctest)]
#[allow(
    rustdoc::invalid_codeblock_attributes,
    reason = "the infos of other languages are the tests' own"
)]
pub struct Training;

pub mod clusters;
pub mod hand_written;
pub mod interrupted;
mod wrapped;
