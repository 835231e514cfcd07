//! The goldens' `emitted.rs` files, compiled as they stand under the strictest lints and run against
//! the reference and the dynamic executor.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused, clippy::all, clippy::pedantic)]

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::dynamic::{Executor, Input};
use cnn_runtime::{Image, InstructionSet, Model, reference};
use ndarray::{Array2, Array4, ArrayView4};

mod simple_cnn {
    use cnn_runtime as __cnn;
    include!("../networks/simple_cnn/emitted.rs");
}

mod unrolled {
    use cnn_runtime as __cnn;
    include!("../networks/unrolled/emitted.rs");
}

mod patterns {
    use cnn_runtime as __cnn;
    include!("../networks/patterns/emitted.rs");
}

mod broken {
    use cnn_runtime as __cnn;
    include!("../networks/broken/emitted.rs");
}

mod embedded {
    use cnn_runtime as __cnn;
    include!("../networks/embedded/emitted.rs");
}

mod layers {
    use cnn_runtime as __cnn;
    include!("../networks/layers/emitted.rs");
}

use embedded::Embedded;
use layers::Layers;
use patterns::Patterns;
use simple_cnn::SimpleCnn;
use unrolled::Unrolled;

const SEED: u64 = 7;

fn network(name: &str) -> Network {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("networks").join(name);
    let text = std::fs::read_to_string(folder.join("network.cnn")).expect("a network");
    let mut sources = Sources::default();
    let root = sources.add(SourceFile { name: "network.cnn".into(), folder, text });
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    checked.models.into_iter().next().expect("a model").expect("a network")
}

fn weights(network: &Network) -> Vec<Vec<f32>> {
    let tensors: Vec<_> = network.tensors().cloned().collect();
    cnn_weights::init(&tensors, SEED)
}

/// What the dynamic executor gives; before that, that it is as near to the reference as it must be.
fn expected(name: &str, inputs: &[Input<'_>]) -> Vec<Vec<f32>> {
    let network = network(name);
    let weights = weights(&network);
    let plan = plan(&network, &Options::default());
    let blob = cnn_weights::pack(&plan.weights, &weights);
    let mut executor = Executor::new(&plan, blob).expect("a blob of the plan's length");
    let found = executor.run(inputs).expect("inputs that fit");
    let values = reference::run(&network, &weights, inputs);
    let bounds = reference::tolerance(&network, &weights, inputs);
    for (found, output) in found.iter().zip(&network.outputs) {
        let (values, bounds) = (&values[output.value.0], &bounds[output.value.0]);
        for ((found, value), bound) in found.iter().zip(values).zip(bounds) {
            assert!((f64::from(*found) - value).abs() <= *bound, "{found} {value} {bound}");
        }
    }
    found
}

/// A picture without symmetry.
fn pixel(n: usize, h: usize, w: usize, c: usize) -> f32 {
    let place = u16::try_from((n * 31 + h * 17 + w * 7 + c * 3) % 101).expect("below 101");
    f32::from(place) / 50.0 - 1.0
}

fn batch<const H: usize, const W: usize, const C: usize>(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, H, W, C), |(n, h, w, c)| pixel(n, h, w, c))
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn the_lectures_model_is_the_dynamic_executors_to_the_bit() {
    let images = batch::<28, 28, 1>(1);
    let flat = images.as_slice().expect("standard layout");
    let view = images.view();
    let image: &[Image<28, 28, 1>] = cnn_runtime::images(&view).expect("it fits");
    let mut net = SimpleCnn::init(SEED);
    net.use_instruction_set(InstructionSet::Portable);
    let found = net.predict(&image[0]);
    assert_eq!(bits(&found), bits(&expected("simple_cnn", &[Input::F32(flat)])[0]));
    let sum: f32 = found.iter().sum();
    assert!((sum - 1.0).abs() < 1e-6);
    let mut again = [0.0; 10];
    let mut workspace = SimpleCnn::workspace();
    net.predict_into(&mut workspace, &image[0], &mut again);
    assert_eq!(bits(&found), bits(&again));
}

#[test]
fn the_unrolled_model_gives_the_bits_of_the_loops() {
    let images = batch::<28, 28, 1>(5);
    let (mut looped, mut unrolled) = (SimpleCnn::init(SEED), Unrolled::init(SEED));
    looped.use_instruction_set(InstructionSet::Portable);
    unrolled.use_instruction_set(InstructionSet::Portable);
    let looped: Array2<f32> = looped.predict_batch(&images).expect("it fits");
    let unrolled = unrolled.predict_batch(&images).expect("it fits");
    assert_eq!(looped.shape(), [5, 10]);
    assert_eq!(
        bits(looped.as_slice().expect("standard layout")),
        bits(unrolled.as_slice().expect("standard layout"))
    );
}

#[test]
fn a_batch_has_the_same_bits_on_any_number_of_threads() {
    let images = batch::<28, 28, 1>(7);
    let net = SimpleCnn::init(SEED);
    let one = net.predict_batch(images.view()).expect("it fits");
    for threads in [2, 3, 7, 20] {
        let many = net.threads(threads).predict_batch(images.view()).expect("it fits");
        assert_eq!(one, many, "{threads} threads");
    }
    let none = net.predict_batch(&batch::<28, 28, 1>(0)).expect("it fits");
    assert_eq!(none.shape(), [0, 10]);
}

/// While the threads are at work for one caller, another computes alone; meanwhile they change.
#[test]
fn several_callers_share_a_nets_threads() {
    let images = batch::<28, 28, 1>(5);
    let net = SimpleCnn::init(SEED);
    let one = net.predict_batch(images.view()).expect("it fits");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(one, net.predict_batch(images.view()).expect("it fits"));
                }
            });
        }
        for threads in (1..5).cycle().take(20) {
            net.threads(threads);
        }
    });
    assert_eq!(one, net.clone().predict_batch(images.view()).expect("it fits"));
}

#[test]
fn a_batch_of_another_shape_is_an_error() {
    let net = SimpleCnn::init(SEED);
    let error = net.predict_batch(&batch::<27, 28, 1>(1)).expect_err("another height");
    assert_eq!(error.to_string(), "the model takes 28x28x1, got 27x28x1");
    let swapped = batch::<28, 28, 1>(2).permuted_axes([0, 2, 1, 3]);
    let view: ArrayView4<'_, f32> = swapped.view();
    assert!(net.predict_batch(view).expect_err("swapped axes").to_string().contains("layout"));
}

#[test]
fn branches_bytes_and_several_outputs() {
    let bytes: Vec<u8> =
        (0..12 * 12 * 3u32).map(|i| u8::try_from(i * 37 % 256).expect("a byte")).collect();
    let image: &cnn_runtime::Bytes<12, 12, 3> =
        &bytes.as_chunks::<3>().0.as_chunks::<12>().0.as_chunks::<12>().0[0];
    let mut net = Patterns::init(SEED);
    net.use_instruction_set(InstructionSet::Portable);
    let (classes, map) = net.predict_u8(image);
    let expected = expected("patterns", &[Input::Bytes(&bytes)]);
    assert_eq!(bits(&classes), bits(&expected[0]));
    assert_eq!(bits(map.as_flattened().as_flattened()), bits(&expected[1]));
    let floats = image.map(|row| row.map(|pixel| pixel.map(f32::from)));
    assert_eq!((classes, map), net.predict(&floats));
    let tensor = Array4::from_shape_vec((1, 12, 12, 3), bytes).expect("as many");
    let (all_classes, all_maps) = net.predict_u8_batch(&tensor).expect("it fits");
    assert_eq!(all_classes.as_slice(), Some(&classes[..]));
    assert_eq!(all_maps.shape(), [1, 6, 6, 24]);
}

#[test]
fn every_layer_and_several_inputs() {
    let images = batch::<13, 11, 5>(2);
    let metas = Array2::from_shape_fn((2, 7), |(n, i)| pixel(n, i, 1, 2));
    let mut net = Layers::init(SEED);
    net.use_instruction_set(InstructionSet::Portable);
    let view = images.view();
    let image: &[Image<13, 11, 5>] = cnn_runtime::images(&view).expect("it fits");
    let meta: &[[f32; 7]] = metas.as_slice().expect("standard layout").as_chunks().0;
    let (vector, gated, large) = net.predict_boxed((&image[1], &meta[1]));
    let expected = expected(
        "layers",
        &[Input::F32(image[1].as_flattened().as_flattened()), Input::F32(&meta[1])],
    );
    assert_eq!(bits(&*vector), bits(&expected[0]));
    assert_eq!(bits(gated.as_flattened().as_flattened()), bits(&expected[1]));
    assert_eq!(bits(large.as_flattened().as_flattened()), bits(&expected[2]));
    let (vectors, _, larges) = net.threads(2).predict_batch((&images, &metas)).expect("it fits");
    assert_eq!(vectors.row(1).to_slice(), Some(&vector[..]));
    assert_eq!(larges.shape()[0], 2);
    let fewer = Array2::zeros((1, 7));
    let error = net.predict_batch((&images, &fewer));
    assert_eq!(
        error.expect_err("one sample is missing").to_string(),
        "the first input has 2 samples, another has 1"
    );
}

/// Taps 1, 2, 3, 4 and bias 0.5 on ones are 10.5; the units are twice that, and 1 minus it.
#[test]
fn weights_of_compile_time() {
    let ones = [[[1.0]; 2]; 2];
    assert_eq!(bits(&Embedded::pretrained().predict(&ones)), bits(&[21.0, -9.5]));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/embedded/weights.safetensors");
    let loaded = Embedded::load(file).expect("the same tensors");
    assert_eq!(bits(&loaded.predict(&ones)), bits(&[21.0, -9.5]));
}

/// Stubs have the signatures of the models that they stand for.
#[test]
fn stubs_are_used_like_models() {
    let _: fn(&broken::Large, &Image<64, 64, 3>) -> Box<Image<64, 64, 4>> =
        broken::Large::predict_boxed;
    let _: fn(&broken::Late, &cnn_runtime::Bytes<8, 8, 3>) -> [f32; 3] = broken::Late::predict_u8;
    let _: fn(&broken::Early, (&Image<8, 8, 3>, &[f32; 5])) -> [f32; 3] = broken::Early::predict;
    let _ = |net: &broken::Nothing, x: &Image<1, 2, 3>| -> [f32; 3] { net.predict(x) };
    assert_eq!(broken::Large::INPUT, [64, 64, 3]);
}

#[test]
fn consts_and_tables() {
    assert_eq!(SimpleCnn::INPUT, [28, 28, 1]);
    assert_eq!(SimpleCnn::OUTPUT, [10]);
    assert_eq!(Patterns::OUTPUT, ([5], [6, 6, 24]));
    // The lecture: 17,404 = 30 + 84 + 0 + 17,290.
    assert_eq!(SimpleCnn::PARAMETERS, 17_404);
    let rows: Vec<u64> = SimpleCnn::layers().iter().map(|layer| layer.parameters).collect();
    assert_eq!(rows, [30, 84, 0, 17_290]);
    assert!(SimpleCnn::summary().contains("total parameters: 17,404"));
    assert_eq!(<SimpleCnn as Model>::MULT_ADDS, SimpleCnn::MULT_ADDS);
}

/// A training loop, a benchmark or a server is written once.
fn runs_any<M: Model>(net: &M) -> usize {
    let input = <M::Input as cnn_runtime::Zeros>::zeros();
    let _ = net.predict_boxed(&input);
    M::layers().len()
}

#[test]
fn code_for_every_model() {
    assert_eq!(runs_any(&SimpleCnn::init(SEED)), 4);
    assert!(runs_any(&Patterns::init(SEED)) > 10);
}

cnn_runtime::cnn! {
    /// One input is converted, and the other one read where the user has it; in either order.
    model FirstConverted {
        input a: 9x8x3, u8, mean 127.5, std 64;
        input b: 9x8x3;
        add a, b;
        conv 3x3, 20, pad same, relu;
        flatten;
        dense 2;
    }
    model LastConverted {
        input b: 9x8x3;
        input a: 9x8x3, u8, mean 127.5, std 64;
        add b, a;
        conv 3x3, 20, pad same, relu;
        flatten;
        dense 2;
    }
}

fn array<T, const N: usize>(mut element: impl FnMut(u8) -> T) -> [T; N] {
    let mut index = 0..;
    std::array::from_fn(|_| element(index.next().expect("few elements")))
}

/// Bytes and their numbers as `f32` are one image, whichever input they are.
#[test]
fn bytes_and_floats_stand_beside_each_other() {
    let pixel = |y: u8, x: u8, c: u8| y * 23 + x * 7 + c * 5;
    let bytes: [[[u8; 3]; 8]; 9] = array(|y| array(|x| array(|c| pixel(y, x, c))));
    let floats = bytes.map(|row| row.map(|pixel| pixel.map(f32::from)));
    let other: [[[f32; 3]; 8]; 9] =
        array(|y| array(|x| array(|c| f32::from(pixel(x, y, c) % 7) - 3.0)));
    let (first, last) = (FirstConverted::init(3), LastConverted::init(3));
    let bits = |result: [f32; 2]| result.map(f32::to_bits);
    let expected = bits(first.predict((&floats, &other)));
    assert_ne!(expected[0], expected[1]);
    assert_eq!(bits(first.predict_u8((&bytes, &other))), expected);
    assert_eq!(bits(last.predict((&other, &floats))), expected);
    assert_eq!(bits(last.predict_u8((&other, &bytes))), expected);
}
