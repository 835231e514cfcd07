//! `cnn expand`: the Rust that a model becomes.

use crate::args::Expand;
use crate::error::Error;
use crate::rust::Rust;
use crate::{model, output};

/// Prints the emitted Rust, formatted.
pub fn run(arguments: &Expand) -> Result<(), Error> {
    let (_, network) = model::network(&arguments.file, &arguments.choice)?;
    let from = arguments.file.display().to_string();
    output::print(&Rust::new(&network, &from).code)
}
