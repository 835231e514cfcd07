//! What the examples share: how a photo is read.
//!
//! `simple_cnn` is a model in a macro, `mobilenet` one from a build script with Keras' weights,
//! `filters` has weights from arrays, `shape_errors` shows what the compiler says of mistakes.
//! `build_rs` is a package of its own, as a user would have it.

#![forbid(unsafe_code)]

pub mod photo;
