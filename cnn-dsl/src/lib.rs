//! The compiler behind `cnn!`: text in, Rust out.
//!
//! `syntax -> check -> plan -> emit`, one folder a stage; only the first two can fail.
//! This crate never depends on the runtime; the code that it emits does.

#![forbid(unsafe_code)]

/// From a text to Rust: parsed, checked, planned, emitted. A model with errors becomes a stub of
/// its type, and every error is told; nothing here fails.
#[cfg(feature = "emit")]
pub fn compile(
    sources: &mut Sources,
    root: FileId,
    selection: &Selection,
    files: &mut dyn Files,
    door: &mut Door<'_>,
) -> Compiled {
    let program = match Program::load(sources, root, files) {
        Ok(program) => program,
        Err(errors) => return Compiled::unparsed(sources, root, selection, errors, door),
    };
    let Checked { models, mut diagnostics } = check(&program, sources, selection, files);
    let tokens = models.iter().map(|model| match model {
        Ok(network) => within_budget(&plan(network, &Options::default()), &mut diagnostics, door),
        Err(stub) => emit::stub(stub, door),
    });
    Compiled { tokens: tokens.collect(), diagnostics: diagnostics.into_vec() }
}

#[cfg(feature = "build")]
pub mod build;
#[cfg(feature = "frontend")]
pub mod check;
#[cfg(feature = "emit")]
mod compiled;
pub mod diagnostic;
pub mod differentiate;
#[cfg(feature = "emit")]
pub mod emit;
pub mod ir;
pub mod number;
pub mod plan;
pub mod source;
pub mod syntax;
#[cfg(feature = "tokens")]
pub mod tokens;

#[cfg(feature = "emit")]
pub use compiled::Compiled;
#[cfg(feature = "emit")]
use {
    check::{Checked, Selection, check},
    compiled::within_budget,
    emit::Door,
    plan::{Options, plan},
    source::{FileId, Files, Sources},
    syntax::Program,
};
