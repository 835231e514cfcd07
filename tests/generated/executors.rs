//! Every random network through all three executors: reference, dynamic, emitted.

use cnn_dsl::ir::Network;
use cnn_dsl::plan::{Options, plan};
use cnn_generated::random::Random;
use cnn_generated::{NETWORKS, networks};
use cnn_runtime::{dynamic, reference};
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
        let emitted = run(&case.file, &case.inputs);
        for (executor, outputs) in [("emitted", &emitted), ("dynamic", &case.dynamic())] {
            for (output, (expected, bounds)) in case.reference().iter().enumerate() {
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
fn emitted_and_dynamic_give_the_same_bits() {
    for (index, (_, run, _)) in NETWORKS.iter().enumerate() {
        let case = case(index);
        let emitted = run(&case.file, &case.inputs);
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
        let floats = run(&case.file, &case.inputs);
        let bytes = run_bytes(&case.file, &pixels);
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
        let emitted = run(&case.file, &case.inputs);
        let dynamic = case.dynamic();
        for (output, (expected, _)) in case.reference().iter().enumerate() {
            let expected: Vec<bool> = expected.iter().map(|x| x.is_nan()).collect();
            poisoned += usize::from(expected.contains(&true));
            for outputs in [&emitted, &dynamic] {
                let got: Vec<bool> = outputs[output].iter().map(|x| x.is_nan()).collect();
                assert_eq!(got, expected, "network {index}, output {output}\n{}", case.text);
            }
        }
    }
    assert!(poisoned >= NETWORKS.len() / 2, "only {poisoned} outputs saw the NaN");
}

/// Every layer, argument and awkward size stands in the generated texts.
#[test]
#[allow(clippy::too_many_lines, reason = "a list of words")]
fn the_generator_covers_the_language() {
    let words = [
        "conv ",
        "dw ",
        "deconv ",
        "pool max",
        "pool avg",
        "global",
        " to ",
        "dense ",
        "flatten;",
        "bn",
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
        "dropout",
        "drop_path",
        "lrn",
        "add",
        "mul",
        "concat",
        "scale",
        "pad (",
        "pad channels",
        "slice ..",
        "slice ",
        "split 2",
        "split ",
        "shuffle",
        "upsample",
        "resize",
        "nearest",
        "bilinear",
        "depth_to_space",
        "space_to_depth",
        "identity",
        "stride 2",
        "stride 1x2",
        "stride 5",
        "dilation 2",
        "dilation 2x1",
        "groups",
        "multiplier 2",
        "pad same",
        "pad 1",
        "pad 1x2",
        "output_pad 1",
        "ceil",
        "include_pad",
        "no_bias",
        "eps 1e-5",
        "momentum",
        "no_scale",
        "no_shift",
        "unroll full",
        "frozen",
        "layer ",
        " as ",
        "from ",
        "output main, extra",
        "input image:",
        "u8",
        "mean [",
        "std [",
        "order bgr",
        "x1;",
        "x15",
        "x16",
        "x17",
        "input 1x1",
        "pad (0, 1, 2, 0)",
        ", 1,",
        ", 15",
        ", 16",
        ", 17",
    ];
    let all: String = NETWORKS.iter().map(|(text, ..)| *text).collect();
    let missing: Vec<&str> = words.into_iter().filter(|word| !all.contains(word)).collect();
    assert!(missing.is_empty(), "in no generated network: {missing:?}");
    assert!(NETWORKS.len() >= 200);
}
