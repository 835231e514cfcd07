//! The backward pass: gradients of every layer against central differences of the reference, which
//! computes in `f64`; steps of SGD against PyTorch's.

mod gradients;
mod heads;
mod pixels;
mod random;
mod ten_steps;

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

/// Numbers without a pattern between -1 and 1.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}
