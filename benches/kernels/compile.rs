//! A part of the build script: the layers that are measured, with a clock around each step.
//!
//! In: `layers.cnn`. Out: its models, and of each a const with the steps that are its layer: reading
//! the image and changing layouts are none.

use cnn_dsl::check::{Selection, check};
use cnn_dsl::emit::{Clock, Door, emit_with, pretty};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Isa, Options, Plan, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use proc_macro2::{Ident, Span, TokenStream};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FILE: &str = "kernels/layers.cnn";

pub fn compile() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FILE}");
    let mut sources = Sources::default();
    let (name, text) = (FILE.to_owned(), fs::read_to_string(FILE)?);
    let root = sources.add(SourceFile { name, folder: PathBuf::new(), text });
    let mut disk = Disk::default();
    let wrong = |what: String| format!("{FILE}: {what}");
    let program = Program::load(&mut sources, root, &mut disk);
    let program = program.map_err(|errors| wrong(format!("{errors:?}")))?;
    let checked = check(&program, &sources, &Selection::All, &mut disk);
    let errors = checked.diagnostics.into_vec();
    if !errors.is_empty() {
        return Err(wrong(format!("{errors:?}")).into());
    }
    let mut rust = String::new();
    for network in checked.models.into_iter().flatten() {
        rust.push_str(&emitted(&network));
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("layers.rs"), rust)?;
    Ok(())
}

fn emitted(network: &Network) -> String {
    let plan = plan(network, &Options::default());
    let mut door = Door {
        runtime: "::cnn_runtime".parse().unwrap_or_default(),
        visibility: "pub".parse().unwrap_or_default(),
        ident: &|name, _| Ident::new(name, Span::call_site()),
        instruction_sets: &Isa::ALL,
        // No model of the file has weights.
        blob: &mut |_, _| TokenStream::new(),
    };
    let mut rust = pretty(&emit_with(&plan, &mut door, Clock::EachStep), FILE);
    let (name, steps) = (&network.name, steps(&plan));
    let _ =
        writeln!(rust, "impl Layer for {name} {{ const STEPS: &'static [usize] = &{steps:?}; }}");
    rust
}

/// The steps that compute layers.
fn steps(plan: &Plan<'_>) -> Vec<usize> {
    let all = plan.steps.iter().enumerate();
    all.filter(|(_, step)| !step.layers.is_empty()).map(|(index, _)| index).collect()
}
