//! Every random network through all three executors: reference, dynamic, emitted.

use std::collections::{BTreeMap, BTreeSet};

use cnn_dsl::ir::layers::pad::Pad;
use cnn_dsl::ir::layers::pool::{PoolKind, PoolOver};
use cnn_dsl::ir::{Activation, Layer, Network, Op, Pads, Preprocess};
use cnn_dsl::plan::{Options, plan};
use cnn_generated::random::Random;
use cnn_generated::{NETWORKS, networks};
use cnn_runtime::{InstructionSet, dynamic, reference};
use cnn_weights::{Role, pack, to_bytes};

/// Weights that leave nothing trivial: every statistic is random, variances are positive.
fn weights(network: &Network, random: &mut Random) -> Vec<Vec<f32>> {
    network
        .tensors()
        .map(|tensor| {
            let fan: usize = tensor.dims.iter().rev().skip(1).product();
            let scale = match tensor.role {
                Role::Kernel { .. }
                | Role::DepthwiseKernel
                | Role::DeconvKernel { .. }
                | Role::DenseKernel { .. } => 1.5 / (fan as f32).sqrt(),
                Role::Bias | Role::Gamma | Role::Beta | Role::MovingMean | Role::Alpha => 1.0,
                Role::MovingVariance => 0.4,
            };
            let shift = if tensor.role == Role::MovingVariance { 0.5 } else { 0.0 };
            (0..tensor.len()).map(|_| random.unit() * scale + shift).collect()
        })
        .collect()
}

/// One sample: bytes where an input takes bytes (as floats of the same values), else -1..1.
fn inputs(network: &Network, random: &mut Random) -> Vec<Vec<f32>> {
    let inputs = network.inputs.iter();
    inputs
        .map(|input| {
            let values = 0..network.shape(input.value).len();
            if input.preprocess.bytes {
                values.map(|_| random.below(256) as f32).collect()
            } else {
                values.map(|_| random.unit()).collect()
            }
        })
        .collect()
}

struct Case {
    text: &'static str,
    network: Network,
    weights: Vec<Vec<f32>>,
    file: Vec<u8>,
    inputs: Vec<Vec<f32>>,
}

fn case(index: usize) -> Case {
    let text = NETWORKS[index].0;
    let network = networks::compile(text).expect("a generated network checks");
    let mut random = Random::new(index as u64 ^ 0x5eed);
    let weights = weights(&network, &mut random);
    let tensors: Vec<_> = network.tensors().cloned().collect();
    let file = to_bytes(&tensors, &weights).expect("as many numbers as the shapes say");
    let inputs = inputs(&network, &mut random);
    Case { text, network, weights, file, inputs }
}

impl Case {
    /// What the reference gives for each output, each number with the bound on an `f32` executor's
    /// error.
    fn reference(&self) -> Vec<(Vec<f64>, Vec<f64>)> {
        let inputs: Vec<_> = self.inputs.iter().map(|x| reference::Input::F32(x)).collect();
        let values = reference::run(&self.network, &self.weights, &inputs);
        let bounds = reference::tolerance(&self.network, &self.weights, &inputs);
        let outputs = self.network.outputs.iter();
        outputs.map(|o| (values[o.value.0].clone(), bounds[o.value.0].clone())).collect()
    }

    fn dynamic(&self) -> Vec<Vec<f32>> {
        let plan = plan(&self.network, &Options::default());
        let blob = pack(&plan.weights, &self.weights);
        let inputs: Vec<_> = self.inputs.iter().map(|x| dynamic::Input::F32(x)).collect();
        let mut executor = dynamic::Executor::new(&plan, blob).expect("the plan's own weights");
        executor.run(&inputs).expect("inputs of the network's shapes")
    }
}

fn bits(values: &[Vec<f32>]) -> Vec<Vec<u32>> {
    // Every NaN is one: which of two NaNs an addition passes on is the processor's choice.
    let bit = |x: &f32| if x.is_nan() { f32::NAN.to_bits() } else { x.to_bits() };
    values.iter().map(|v| v.iter().map(bit).collect()).collect()
}

#[test]
fn emitted_and_dynamic_are_the_reference_within_its_bound() {
    for (index, (_, run, _)) in NETWORKS.iter().enumerate() {
        let case = case(index);
        let reference = case.reference();
        let sets = InstructionSet::available().into_iter();
        let emitted = sets.map(|set| (set.to_string(), run(set, &case.file, &case.inputs)));
        let dynamic = ("dynamic".to_owned(), case.dynamic());
        for (executor, outputs) in emitted.chain([dynamic]) {
            for (output, (expected, bounds)) in reference.iter().enumerate() {
                assert_eq!(outputs[output].len(), expected.len());
                for (at, (&x, (&y, &bound))) in
                    outputs[output].iter().zip(expected.iter().zip(bounds)).enumerate()
                {
                    let difference = (f64::from(x) - y).abs();
                    assert!(
                        difference <= bound,
                        "{executor}, network {index}, output {output}, element {at}: {x} is not \
                         {y} +- {bound}\n{}",
                        case.text
                    );
                }
            }
        }
    }
}

/// A bound that allows everything proves nothing: for nine networks of ten it is below a thousandth of
/// the largest value. (The others are badly conditioned: batch norm over tiny values, softmax of
/// large ones.)
#[test]
fn the_bounds_are_tight() {
    let mut loose = 0;
    for index in 0..NETWORKS.len() {
        let outputs = case(index).reference();
        let is_loose = outputs.iter().any(|(values, bounds)| {
            let largest = values.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
            bounds.iter().any(|&bound| bound > 1e-3 * largest)
        });
        loose += usize::from(is_loose);
    }
    assert!(loose * 10 <= NETWORKS.len(), "{loose} networks have loose bounds");
}

#[test]
fn portable_and_dynamic_give_the_same_bits() {
    for (index, (_, run, _)) in NETWORKS.iter().enumerate() {
        let case = case(index);
        let emitted = run(InstructionSet::Portable, &case.file, &case.inputs);
        assert_eq!(bits(&emitted), bits(&case.dynamic()), "network {index}\n{}", case.text);
    }
}

#[test]
fn bytes_give_the_same_bits_as_floats() {
    let mut seen = 0;
    for (index, (_, run, run_bytes)) in NETWORKS.iter().enumerate() {
        let case = case(index);
        if !case.network.inputs.iter().all(|input| input.preprocess.bytes) {
            continue;
        }
        seen += 1;
        let pixels: Vec<Vec<u8>> =
            case.inputs.iter().map(|x| x.iter().map(|&x| x as u8).collect()).collect();
        let set = InstructionSet::widest();
        let floats = run(set, &case.file, &case.inputs);
        let bytes = run_bytes(set, &case.file, &pixels);
        assert_eq!(bits(&bytes), bits(&floats), "network {index}\n{}", case.text);
    }
    assert!(seen >= 20, "only {seen} networks take bytes");
}

/// Divergence must not be hidden: a NaN at the input comes out wherever the reference has it.
#[test]
fn nan_passes_as_in_the_reference() {
    let mut poisoned = 0;
    for (index, (_, run, _)) in NETWORKS.iter().enumerate() {
        let mut case = case(index);
        let middle = case.inputs[0].len() / 2;
        case.inputs[0][middle] = f32::NAN;
        let mut all: Vec<_> = (InstructionSet::available().into_iter())
            .map(|set| run(set, &case.file, &case.inputs))
            .collect();
        all.push(case.dynamic());
        for (output, (expected, _)) in case.reference().iter().enumerate() {
            let expected: Vec<bool> = expected.iter().map(|x| x.is_nan()).collect();
            poisoned += usize::from(expected.contains(&true));
            for outputs in &all {
                let got: Vec<bool> = outputs[output].iter().map(|x| x.is_nan()).collect();
                assert_eq!(got, expected, "network {index}, output {output}\n{}", case.text);
            }
        }
    }
    assert!(poisoned >= NETWORKS.len() / 2, "only {poisoned} outputs saw the NaN");
}

/// What one layer adds to the coverage: its kind, its arguments that are not the defaults, and its
/// awkward sizes.
fn traits(network: &Network, layer: &Layer) -> Vec<String> {
    let kind = layer.op.kind();
    let [h, w, c] = network.shape(layer.inputs[0]).hwc();
    let mut found = vec![kind.to_owned()];
    let mut note = |what: &str, there: bool| {
        if there {
            found.push(format!("{kind} {what}"));
        }
    };
    note("1x1 image", h * w == 1);
    note(&format!("of {c} channels"), [1, 15, 16, 17].contains(&c));
    note("unrolled", layer.unroll);
    note("shared", layer.shared_again);
    note("frozen", layer.frozen);
    let lopsided = |p: &Pads| p.top != p.bottom || p.left != p.right;
    match &layer.op {
        Op::Conv(conv) => {
            note("groups", conv.groups > 1);
            note("dilation", conv.dilation != [1, 1]);
            note("stride above kernel", conv.stride[0] > conv.kernel[0]);
            note("lopsided pads", lopsided(&conv.pads));
            note("without bias", !conv.bias);
            note(&format!("to {} filters", conv.filters), [1, 15, 16, 17].contains(&conv.filters));
        }
        Op::Dw(dw) => {
            note("multiplier", dw.multiplier > 1);
            note("dilation", dw.dilation != [1, 1]);
            note("stride above kernel", dw.stride[0] > dw.kernel[0]);
            note("lopsided pads", lopsided(&dw.pads));
            note("without bias", !dw.bias);
        }
        Op::Deconv(deconv) => {
            note("groups", deconv.groups > 1);
            note("dilation", deconv.dilation != [1, 1]);
            note("output_pad", deconv.output_pad != [0, 0]);
            note("stride", deconv.stride != [1, 1]);
        }
        Op::Pool(pool) => {
            let kind = if pool.kind == PoolKind::Max { "max" } else { "average" };
            match &pool.over {
                PoolOver::Window { pads, ceil, include_pad, .. } => {
                    note(kind, true);
                    note(&format!("{kind} padded"), *pads != Pads::default());
                    note(&format!("{kind} ceil"), *ceil);
                    note("include_pad", *include_pad);
                }
                PoolOver::Global => note(&format!("{kind} global"), true),
                PoolOver::Regions(_) => note("regions", true),
            }
        }
        Op::Bn(bn) => {
            note("without scale", !bn.scale);
            note("without shift", !bn.shift);
            note("of its own", layer.post_of.is_none());
        }
        Op::Dense(dense) => {
            note("without bias", !dense.bias);
            note("behind flatten", dense.flattened.is_some());
        }
        Op::Pad(Pad::Image(pads)) => note("cropping", pads.top < 0 || pads.left < 0),
        Op::Pad(Pad::Channels(..)) => note("channels", true),
        Op::Resize(resize) => note(&format!("{:?}", resize.mode), true),
        Op::Activation(Activation::GeluTanh) => note("tanh", true),
        Op::Activation(_)
        | Op::Softmax(_)
        | Op::Lrn(_)
        | Op::Dropout(_)
        | Op::Flatten(_)
        | Op::Add(_)
        | Op::Mul(_)
        | Op::Concat(_)
        | Op::Scale(_)
        | Op::Slice(_)
        | Op::Split(_)
        | Op::Shuffle(_)
        | Op::Depth(_)
        | Op::Gradient(_) => {}
    }
    found
}

/// What at least two of the networks hold, each.
const WANTED: &[&str] = &[
    "conv",
    "conv groups",
    "conv dilation",
    "conv stride above kernel",
    "conv lopsided pads",
    "conv without bias",
    "conv unrolled",
    "conv shared",
    "conv frozen",
    "conv 1x1 image",
    "conv of 1 channels",
    "conv of 15 channels",
    "conv of 16 channels",
    "conv of 17 channels",
    "conv to 1 filters",
    "conv to 15 filters",
    "conv to 16 filters",
    "conv to 17 filters",
    "dw",
    "dw multiplier",
    "dw dilation",
    "dw stride above kernel",
    "dw lopsided pads",
    "dw without bias",
    "dw of 1 channels",
    "dw of 15 channels",
    "dw of 16 channels",
    "dw of 17 channels",
    "deconv",
    "deconv groups",
    "deconv dilation",
    "deconv output_pad",
    "deconv stride",
    "pool max",
    "pool average",
    "pool max padded",
    "pool average padded",
    "pool max ceil",
    "pool average ceil",
    "pool include_pad",
    "pool max global",
    "pool average global",
    "pool regions",
    "bn",
    "bn without scale",
    "bn without shift",
    "bn of its own",
    "dense",
    "dense without bias",
    "dense behind flatten",
    "dense unrolled",
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "elu",
    "sigmoid",
    "tanh",
    "silu",
    "hardswish",
    "hardsigmoid",
    "gelu",
    "gelu tanh",
    "mish",
    "softplus",
    "softmax",
    "lrn",
    "dropout",
    "drop_path",
    "identity",
    "flatten",
    "add",
    "mul",
    "concat",
    "scale",
    "pad",
    "pad cropping",
    "pad channels",
    "slice",
    "split",
    "shuffle",
    "upsample",
    "resize",
    "resize Nearest",
    "resize Bilinear",
    "upsample Nearest",
    "upsample Bilinear",
    "depth_to_space",
    "space_to_depth",
    "input of several",
    "input of bytes",
    "input scaled",
    "input bgr",
    "output of several",
];

/// What the inputs and outputs add to the coverage.
fn edges(network: &Network) -> impl Iterator<Item = String> {
    let any = |f: fn(&Preprocess) -> bool| network.inputs.iter().any(|i| f(&i.preprocess));
    let found = [
        ("input of several", network.inputs.len() > 1),
        ("input of bytes", any(|p| p.bytes)),
        ("input scaled", any(|p| !p.scale.is_empty())),
        ("input bgr", any(|p| p.bgr)),
        ("output of several", network.outputs.len() > 1),
    ];
    found.into_iter().filter(|(_, there)| *there).map(|(what, _)| what.to_owned())
}

/// Every layer, argument and awkward size stands in at least two of the networks.
#[test]
fn the_networks_cover_the_language() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (text, ..) in NETWORKS {
        let network = networks::compile(text).expect("a generated network checks");
        let mut found: BTreeSet<String> =
            network.layers.iter().flat_map(|layer| traits(&network, layer)).collect();
        found.extend(edges(&network));
        for what in found {
            *seen.entry(what).or_default() += 1;
        }
    }
    let rare: Vec<&str> =
        WANTED.iter().copied().filter(|what| seen.get(*what).is_none_or(|&n| n < 2)).collect();
    assert!(rare.is_empty(), "in fewer than two generated networks: {rare:?}\nof {seen:?}");
    assert!(NETWORKS.len() >= 200);
}
