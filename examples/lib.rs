//! Programs to read and to run; they share no code, and nothing is here.
//!
//! `simple_cnn` is a model in a macro, and trains it; `mobilenet` is one from a build script with
//! Keras' weights, `transfer_learning` teaches it other classes, `filters` has weights from arrays, `shape_errors` shows what the compiler says of
//! mistakes.
//! `build_rs` is a package of its own, as a user would have it.

#![forbid(unsafe_code)]
