//! Winograd's form on every instruction set and in the dynamic executor, against the reference: within
//! a bound that is derived, and within the stated part of the largest value.

#![forbid(unsafe_code)]

use cnn_dsl::check::{Selection, check};
use cnn_dsl::ir::layers::conv::Conv;
use cnn_dsl::ir::{Network, Op, ValueId};
use cnn_dsl::plan::layers::conv::Form;
use cnn_dsl::plan::{Kernel, Options, Plan, plan};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;
use cnn_runtime::dynamic::{Executor, Input};
use cnn_runtime::reference::UNIT_ROUNDOFF;
use cnn_runtime::{InstructionSet, Zeros, reference};
use cnn_weights::Winograd;

mod tiles {
    use cnn_runtime as __cnn;
    include!("../networks/winograd/emitted.rs");
}

use tiles::Tiles;

const SEED: u64 = 11;

/// What `docs/numerics.md` promises: the distance from the direct form as a part of the largest value.
const WINOGRAD_RELATIVE_ERROR: f64 = 1e-4;

fn network(text: &str) -> Network {
    let mut sources = Sources::default();
    let file = SourceFile { name: "test.cnn".into(), folder: "".into(), text: text.into() };
    let root = sources.add(file);
    let program = Program::load(&mut sources, root, &mut Disk::default()).expect("it parses");
    let checked = check(&program, &sources, &Selection::All, &mut Disk::default());
    checked.models.into_iter().next().expect("a model").expect("a network")
}

fn golden() -> Network {
    network(include_str!("../networks/winograd/network.cnn"))
}

fn weights(network: &Network) -> Vec<Vec<f32>> {
    let tensors: Vec<_> = network.tensors().cloned().collect();
    cnn_weights::init(&tensors, SEED)
}

/// An image without symmetry.
fn image<const H: usize, const W: usize, const C: usize>() -> Box<[[[f32; C]; W]; H]> {
    let mut image = <[[[f32; C]; W]; H]>::zeros();
    for (h, row) in image.iter_mut().enumerate() {
        for (w, pixel) in row.iter_mut().enumerate() {
            for (c, x) in pixel.iter_mut().enumerate() {
                *x = ((h * 31 + w * 17 + c * 7 + h * w * c) % 101) as f32 / 50.0 - 1.0;
            }
        }
    }
    image
}

fn emitted(net: &Tiles) -> Vec<Vec<f32>> {
    let (large, small) = (image::<30, 31, 20>(), image::<9, 10, 40>());
    let (flat, chain, even) = net.predict_boxed((&*large, &*small));
    vec![
        flat.as_flattened().as_flattened().to_vec(),
        chain.as_flattened().as_flattened().to_vec(),
        even.as_flattened().as_flattened().to_vec(),
    ]
}

fn dynamic(plan: &Plan<'_>, weights: &[Vec<f32>], inputs: &[Input<'_>]) -> Vec<Vec<f32>> {
    let blob = cnn_weights::pack(&plan.weights, weights);
    let mut executor = Executor::new(plan, blob).expect("a blob of the plan's length");
    executor.run(inputs).expect("inputs that fit")
}

fn bits(values: &[Vec<f32>]) -> Vec<Vec<u32>> {
    values.iter().map(|v| v.iter().map(|x| x.to_bits()).collect()).collect()
}

/// The tiles of a plan's convolutions, in order.
fn forms(plan: &Plan<'_>) -> Vec<Option<Winograd>> {
    let tile = |kernel: &Kernel| match kernel {
        Kernel::Conv(conv) => Some(match conv.form {
            Form::Winograd { tile, .. } => Some(tile),
            Form::Channels { .. } | Form::Columns { .. } => None,
        }),
        _ => None,
    };
    plan.kernels.iter().filter_map(tile).collect()
}

/// A matrix of numbers times another one.
fn times(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |row: &Vec<f64>, j: usize| row.iter().zip(b).map(|(x, b)| x * b[j]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|j| cell(row, j)).collect()).collect()
}

fn transposed(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

fn absolute<'a>(rows: impl IntoIterator<Item = &'a [f32]>) -> Vec<Vec<f64>> {
    rows.into_iter().map(|row| row.iter().map(|&x| f64::from(x).abs()).collect()).collect()
}

/// How far the form may be from the exact convolution of a dense operand, element by element.
///
/// With `|.|` element by element and exact arithmetic, the computed result is within `n u / (1 - n u)`
/// of `At m A` of `|At| (sum over c of |U| * (|Bt| |d| |B|)) |A| + |bias|`, where n counts the roundings
/// that a number passes: 4 along each axis of a tile on its way in and 4 on its way out (a product and a
/// sum, twice, where products and sums are rounded apart), one of `U`, C + 1 of the sum over channels,
/// and one of the bias. This is Higham's running bound for sums of products, applied to the three stages
/// as in Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the Accuracy of Winograd
/// Convolution for Deep Neural Networks", 2020, theorem 2.
fn bound(op: &Conv, tile: Winograd, x: &[f64], [h, w, c]: [usize; 3], kernel: &[f32]) -> Vec<f64> {
    let (m, n) = (tile.outputs(), tile.inputs());
    let (input, output) = (
        absolute(tile.input_matrix().iter().copied()),
        absolute(tile.output_matrix().iter().copied()),
    );
    let g: Vec<Vec<f64>> = tile.filter_matrix().iter().map(|row| row.to_vec()).collect();
    let [top, left] = [op.pads.top, op.pads.left];
    let size =
        |size: usize, pads: i64| usize::try_from(size as i64 + pads).expect("not negative") - 2;
    let (p, q) = (size(h, top + op.pads.bottom), size(w, left + op.pads.right));
    let filter = |c: usize, k: usize| -> Vec<f64> {
        let tap = |r: usize, s: usize| {
            f64::from(kernel[((r * 3 + s) * inputs(kernel, op) + c) * op.filters + k])
        };
        let taps: Vec<Vec<f64>> = (0..3).map(|r| (0..3).map(|s| tap(r, s)).collect()).collect();
        times(&times(&g, &taps), &transposed(&g)).concat().iter().map(|u| u.abs()).collect()
    };
    let filters: Vec<Vec<Vec<f64>>> =
        (0..op.filters).map(|k| (0..c).map(|c| filter(c, k)).collect()).collect();
    let roundings = (8 + 1 + c + 1 + 8 + 1) as f64 * UNIT_ROUNDOFF;
    let mut bounds = vec![0.0; p * q * op.filters];
    for tile_p in (0..p).step_by(m) {
        for tile_q in (0..q).step_by(m) {
            let pixel = |c: usize, i: usize, j: usize| {
                let inside = |at: usize, pad: i64, size: usize| {
                    usize::try_from(at as i64 - pad).ok().filter(|&at| at < size)
                };
                let place = inside(tile_p + i, top, h).zip(inside(tile_q + j, left, w));
                place.map_or(0.0, |(h, column)| x[(h * w + column) * inputs(kernel, op) + c].abs())
            };
            let tiles: Vec<Vec<f64>> = (0..c)
                .map(|c| {
                    let d: Vec<Vec<f64>> =
                        (0..n).map(|i| (0..n).map(|j| pixel(c, i, j)).collect()).collect();
                    times(&times(&input, &d), &transposed(&input)).concat()
                })
                .collect();
            for (k, filters) in filters.iter().enumerate() {
                let mut sums = vec![vec![0.0; n]; n];
                for (v, u) in tiles.iter().zip(filters) {
                    for at in 0..n * n {
                        sums[at / n][at % n] += v[at] * u[at];
                    }
                }
                let y = times(&times(&output, &sums), &transposed(&output));
                for (i, row) in y.iter().enumerate().take(p - tile_p) {
                    for (j, sum) in row.iter().enumerate().take(q - tile_q) {
                        let at = ((tile_p + i) * q + tile_q + j) * op.filters + k;
                        bounds[at] = sum * roundings / (1.0 - roundings);
                    }
                }
            }
        }
    }
    bounds
}

/// Input channels of a kernel.
fn inputs(kernel: &[f32], op: &Conv) -> usize {
    kernel.len() / 9 / op.filters
}

/// The convolution that writes a value, with its kernel, its bias being 0 in these tests.
fn written(network: &Network, value: ValueId) -> (&Conv, usize, ValueId) {
    let layer = &network.layers[network.values[value.0].producer.expect("a layer").0];
    let Op::Conv(op) = &layer.op else { panic!("{} is no convolution", layer.name) };
    let weights = &network.weights[layer.weights.expect("a kernel").0];
    (op, weights.first_tensor, layer.inputs[0])
}

#[test]
fn both_tiles_are_chosen() {
    let network = golden();
    let plan = plan(&network, &Options::default());
    let [two, four] = [Winograd::F2, Winograd::F4].map(Some);
    assert_eq!(forms(&plan), [four, four, four, two]);
}

/// One convolution of an exact image: the derived bound holds, on every instruction set.
#[test]
fn winograd_stays_within_its_bound() {
    for (text, tile) in [
        ("model M { input 21x30x20; conv 3x3, 67, pad (0, 2, 1, 0); }", Winograd::F4),
        ("model M { input 9x10x40; conv 3x3, 120, pad 1; }", Winograd::F2),
    ] {
        let network = network(text);
        let (weights, value) = (weights(&network), network.outputs[0].value);
        let (op, kernel, x) = written(&network, value);
        let sizes = network.shape(x).hwc();
        let image: Vec<f32> = (0..sizes.iter().product())
            .map(|i: usize| (i * i % 211) as f32 / 105.5 - 1.0)
            .collect();
        let plan = plan(&network, &Options::default());
        assert_eq!(forms(&plan), [Some(tile)]);
        let found = dynamic(&plan, &weights, &[Input::F32(&image)]).remove(0);
        let exact = reference::run(&network, &weights, &[Input::F32(&image)]).swap_remove(value.0);
        let image: Vec<f64> = image.iter().map(|&x| x.into()).collect();
        let bounds = bound(op, tile, &image, sizes, &weights[kernel]);
        let mut nearest = f64::INFINITY;
        for ((&y, y_exact), bound) in found.iter().zip(&exact).zip(&bounds) {
            let error = (f64::from(y) - y_exact).abs();
            assert!(error <= *bound, "{tile:?}: {y} is not {y_exact} +- {bound}");
            nearest = nearest.min(bound / error.max(f64::MIN_POSITIVE));
        }
        assert!(nearest < 1000.0, "{tile:?}: a bound {nearest} times too wide says little");
    }
}

/// The portable code computes what the dynamic executor computes, operation by operation; so the bound
/// above is its own. The others fuse a product and a sum, which rounds less often.
#[test]
fn winograd_has_the_bits_of_the_dynamic_executor() {
    let network = golden();
    let plan = plan(&network, &Options::default());
    let (large, small) = (image::<30, 31, 20>(), image::<9, 10, 40>());
    let inputs = [large.as_flattened().as_flattened(), small.as_flattened().as_flattened()];
    let found = dynamic(&plan, &weights(&network), &inputs.map(Input::F32));
    let mut net = Tiles::init(SEED);
    net.use_instruction_set(InstructionSet::Portable);
    assert_eq!(bits(&emitted(&net)), bits(&found));
}

fn assert_near(name: &str, found: &[f32], exact: &[f64]) {
    let largest = exact.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
    for (y, exact) in found.iter().zip(exact) {
        let error = (f64::from(*y) - exact).abs();
        assert!(error <= WINOGRAD_RELATIVE_ERROR * largest, "{name}: {y} is not {exact}");
    }
}

#[test]
fn every_instruction_set_is_near_the_direct_form() {
    let network = golden();
    let (large, small) = (image::<30, 31, 20>(), image::<9, 10, 40>());
    let inputs = [large.as_flattened().as_flattened(), small.as_flattened().as_flattened()];
    let values = reference::run(&network, &weights(&network), &inputs.map(Input::F32));
    for set in InstructionSet::available() {
        let mut net = Tiles::init(SEED);
        net.use_instruction_set(set);
        for (found, output) in emitted(&net).iter().zip(&network.outputs) {
            let name = format!("{set} {:?}", output.name);
            assert_near(&name, found, &values[output.value.0]);
        }
    }
}

#[test]
fn winograd_has_the_same_bits_on_any_number_of_threads() {
    for set in InstructionSet::available() {
        let mut net = Tiles::init(SEED);
        net.use_instruction_set(set);
        let one = bits(&emitted(&net));
        for threads in [2, 3, 5] {
            net.threads(threads);
            assert_eq!(bits(&emitted(&net)), one, "{set} on {threads} threads");
        }
    }
}

/// From 64 to 512 channels, of images with both signs and behind a relu.
#[test]
fn deep_sums_stay_near_the_direct_form() {
    for (size, channels) in [(28, 64), (20, 128), (14, 256), (12, 512)] {
        let text = format!("model M {{ input {size}x{size}x{channels}; conv 3x3, 32, pad 1; }}");
        let network = network(&text);
        let (weights, value) = (weights(&network), network.outputs[0].value);
        let plan = plan(&network, &Options::default());
        assert!(forms(&plan)[0].is_some(), "{text}");
        for least in [-1.0, 0.0] {
            let pixel = |i: usize| ((i * 7919 + i * i) % 1009) as f32 / 504.5 - 1.0;
            let image: Vec<f32> =
                (0..size * size * channels).map(|i| pixel(i).max(least)).collect();
            let found = dynamic(&plan, &weights, &[Input::F32(&image)]).remove(0);
            let values = reference::run(&network, &weights, &[Input::F32(&image)]);
            assert_near(&text, &found, &values[value.0]);
        }
    }
}

#[test]
fn winograd_off_gives_the_bits_of_the_direct_form() {
    let text = "input 28x28x32; conv 3x3, 32, pad 1;";
    let (on, off) = (
        network(&format!("model M {{ {text} }}")),
        network(&format!("model M {{ winograd off; {text} }}")),
    );
    let (plan_on, plan_off) = (plan(&on, &Options::default()), plan(&off, &Options::default()));
    assert!(forms(&plan_on)[0].is_some());
    assert_eq!(forms(&plan_off), [None]);
    let image: Vec<f32> = (0..28 * 28 * 32).map(|i| (i % 97) as f32 / 48.0 - 1.0).collect();
    let weights = weights(&on);
    let direct = dynamic(&plan_off, &weights, &[Input::F32(&image)]);
    let bounds = reference::tolerance(&off, &weights, &[Input::F32(&image)]);
    let values = reference::run(&off, &weights, &[Input::F32(&image)]);
    let output = off.outputs[0].value.0;
    for ((y, exact), bound) in direct[0].iter().zip(&values[output]).zip(&bounds[output]) {
        assert!((f64::from(*y) - exact).abs() <= *bound);
    }
    assert_ne!(bits(&direct), bits(&dynamic(&plan_on, &weights, &[Input::F32(&image)])));
}
