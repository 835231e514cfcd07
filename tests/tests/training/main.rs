//! The backward pass: gradients of every layer against central differences of the reference, which
//! computes in `f64`.

mod gradients;

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::Network;
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;

/// Every model of the file that this folder has.
const MODELS: &str = include_str!("models.cnn");

/// The network of a model.
fn network(name: &str) -> Network {
    let mut sources = Sources::default();
    let file = SourceFile { name: "models.cnn".into(), folder: "".into(), text: MODELS.into() };
    let root = sources.add(file);
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    let mut models = checked.models.into_iter().flatten();
    models.find(|network| network.name == name).expect("a model of the file")
}
