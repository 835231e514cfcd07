//! What the tests of the whole workspace share.

#[doc(hidden)]
pub use cnn_runtime;

mod wrapped;
