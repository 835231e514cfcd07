//! A network from a text, its weights, and the way through both executors.

use std::path::PathBuf;

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::{Network, ValueId};
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::Load;
use cnn_runtime::dynamic::{Executor, Input};
use cnn_weights::Tensor;

/// The first model of a text that has no errors.
pub fn network(text: &str) -> Network {
    let mut sources = Sources::default();
    let file =
        SourceFile { name: "test.cnn".into(), folder: PathBuf::new(), text: text.to_owned() };
    let root = sources.add(file);
    let mut files = Disk::default();
    let program = Program::load(&mut sources, root, &mut files).expect("the text parses");
    let mut checked = check(&program, &sources, &Selection::All, &mut files);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
    checked.models.remove(0).expect("a model without errors is a network")
}

/// The network's weights, in canonical layout.
pub fn weights(network: &Network, load: &Load) -> Vec<Vec<f32>> {
    let tensors: Vec<Tensor> = network.tensors().cloned().collect();
    cnn_weights::read(load, &tensors, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// These values by the dynamic executor.
pub fn run_dynamic(
    network: &Network,
    weights: &[Vec<f32>],
    input: Input<'_>,
    keep: &[ValueId],
) -> Vec<Vec<f32>> {
    let plan = plan(network, &Options { keep: keep.to_vec() });
    let packed = cnn_weights::pack(&plan.weights, weights);
    let mut executor = Executor::new(&plan, packed).expect("the plan's own weights fit");
    executor.run(&[input]).expect("the image fits");
    (0..keep.len()).map(|i| executor.kept(i).expect("it is kept").to_vec()).collect()
}

/// The largest distance between two values.
pub fn distance<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(&a, &b)| (a.into() - b.into()).abs()).fold(0.0, f64::max)
}

/// A file of `tests/data`.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}
