//! Programs to read and to run; all that they share is how they end.
//!
//! `simple_cnn` is a model in a macro, and trains it; `mobilenet` is one from a build script with
//! Keras' weights, `transfer_learning` teaches it other classes, `filters` has weights from arrays,
//! `shape_errors` shows what the compiler says of mistakes. `build_rs` is a package of its own, as a
//! user would have it.

#![forbid(unsafe_code)]

use std::error::Error;
use std::process::ExitCode;

/// What `main` gives. An error is printed as the text for people, where a `main` that gives a `Result`
/// prints its `Debug`.
pub fn exit_code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
