//! Convolutions of few filters and dense layers of few units, as emitted code on every instruction
//! set of the machine, against the reference within its bound; the portable set against the dynamic
//! executor to the bit.

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::dynamic::{Executor, Input};
use cnn_runtime::{InstructionSet, Load, reference};

cnn_runtime::include_model!("tests/few/few.cnn", Wide);
cnn_runtime::include_model!("tests/few/few.cnn", Odd);
cnn_runtime::include_model!("tests/few/few.cnn", Narrow);
cnn_runtime::include_model!("tests/few/few.cnn", Deep);
cnn_runtime::include_model!("tests/few/few.cnn", Dense);

/// The network of a model, and everything that is compared for one image.
struct Case {
    network: Network,
    weights: Vec<Vec<f32>>,
    image: Vec<f32>,
}

impl Case {
    fn new(model: &str) -> Self {
        let text = include_str!("few.cnn").to_owned();
        let mut sources = Sources::default();
        let file = SourceFile { name: "few.cnn".into(), folder: "".into(), text };
        let root = sources.add(file);
        let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
        let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
        let mut networks = checked.models.into_iter().flatten();
        let network = networks.find(|network| network.name == model).expect("the model");
        let mut state = 1u32;
        let mut number = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let weights = network.tensors().map(|tensor| (0..tensor.len()).map(|_| number()).collect());
        let weights = weights.collect();
        let image = (0..network.shape(network.inputs[0].value).len()).map(|_| number()).collect();
        Self { network, weights, image }
    }

    fn load(&self) -> Load {
        let tensors: Vec<_> = self.network.tensors().cloned().collect();
        Load::bytes(cnn_weights::to_bytes(&tensors, &self.weights).expect("as the shapes say"))
    }

    /// Compares the outputs that a set's code gave.
    fn compare(&self, set: InstructionSet, outputs: &[&[f32]]) {
        let inputs = [reference::Input::F32(&self.image)];
        let values = reference::run(&self.network, &self.weights, &inputs);
        let bounds = reference::tolerance(&self.network, &self.weights, &inputs);
        for (found, output) in outputs.iter().zip(&self.network.outputs) {
            let (values, bounds) = (&values[output.value.0], &bounds[output.value.0]);
            assert_eq!(found.len(), values.len());
            for (at, (found, (value, bound))) in
                found.iter().zip(values.iter().zip(bounds)).enumerate()
            {
                assert_eq!(found.is_nan(), value.is_nan(), "{set}, element {at}");
                let difference = (f64::from(*found) - value).abs();
                assert!(
                    difference <= *bound || value.is_nan(),
                    "{set}, {at}: {found}, not {value}"
                );
            }
        }
        if matches!(set, InstructionSet::Portable) {
            let plan = plan(&self.network, &Options::default());
            let blob = cnn_weights::pack(&plan.weights, &self.weights);
            let mut executor = Executor::new(&plan, blob).expect("a blob of the plan's length");
            let expected = executor.run(&[Input::F32(&self.image)]).expect("an image that fits");
            for (found, expected) in outputs.iter().zip(&expected) {
                let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                let nan = |x: &[f32]| x.iter().any(|x| x.is_nan());
                assert!(nan(found) || bits(found) == bits(expected), "{set}: other bits");
            }
        }
    }

    /// A number that no comparison finds larger or smaller.
    fn poisoned(mut self) -> Self {
        let middle = self.image.len() / 2;
        self.image[middle] = f32::NAN;
        self
    }
}

/// One output, an image.
macro_rules! images {
    ($($test:ident: $model:ident, $h:literal x $w:literal x $c:literal;)*) => {$(
        #[test]
        fn $test() {
            for case in [Case::new(stringify!($model)), Case::new(stringify!($model)).poisoned()] {
                let mut net = $model::load(case.load()).expect("the model's own weights");
                let image = case.image.as_chunks::<$c>().0.as_chunks::<$w>().0;
                let image = &image.as_chunks::<$h>().0[0];
                for set in InstructionSet::available() {
                    let y = net.use_instruction_set(set).predict(image);
                    case.compare(set, &[y.as_flattened().as_flattened()]);
                }
            }
        }
    )*};
}

images! {
    tiles_of_a_row_overlap: Wide, 7 x 70 x 3;
    rows_have_one_pixel_more: Odd, 5 x 33 x 1;
    columns_and_channels_are_loops: Deep, 6 x 20 x 70;
}

#[test]
fn rows_are_shorter_than_a_vector() {
    for case in [Case::new("Narrow"), Case::new("Narrow").poisoned()] {
        let mut net = Narrow::load(case.load()).expect("the model's own weights");
        let image = &case.image.as_chunks::<2>().0.as_chunks::<11>().0.as_chunks::<8>().0[0];
        for set in InstructionSet::available() {
            case.compare(set, &[&net.use_instruction_set(set).predict(image)]);
        }
    }
}

#[test]
fn units_are_few_or_many() {
    for case in [Case::new("Dense"), Case::new("Dense").poisoned()] {
        let mut net = Dense::load(case.load()).expect("the model's own weights");
        let x = &case.image.as_chunks::<133>().0[0];
        for set in InstructionSet::available() {
            let (a, b, c, d, e, f) = net.use_instruction_set(set).predict(x);
            case.compare(set, &[&a, &b, &c, &d, &e, &f]);
        }
    }
}
