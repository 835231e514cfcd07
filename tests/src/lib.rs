//! What the tests of the whole workspace share.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub use cnn_runtime;

mod wrapped;
