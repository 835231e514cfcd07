//! A batch as training sees it: dropout zeroes at random, and batch norm takes the batch's mean and biased variance, but where it is
//! frozen (Ioffe and Szegedy 2015, algorithm 1). Gradients are not here: a test takes differences.

use super::element::Element;
use super::value::Value;
use super::{Input, input, layer_weights, run_layer};
use cnn_dsl::ir::layers::bn::Bn;
use cnn_dsl::ir::layers::dropout::Dropout;
use cnn_dsl::ir::{Network, Op, Shape, ValueId};
use cnn_weights::SplitMix64;

/// What random zeroes depend on beside the sample and the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The run's.
    pub seed: u64,
    /// Of the run, counted from 0.
    pub step: u64,
}

/// One value of a network of one input for every sample of a batch, dense in the order height, width,
/// channels.
///
/// # Panics
///
/// When the number or the lengths of weights or images are not the network's.
pub fn run_batch(
    network: &Network,
    weights: &[Vec<f32>],
    images: &[&[f32]],
    step: Step,
    wanted: ValueId,
) -> Vec<Vec<f64>> {
    let preprocess = &network.inputs[0];
    let shape = network.shape(preprocess.value);
    let read = |image: &&[f32]| input::preprocess(&preprocess.preprocess, Input::F32(image), shape);
    let mut values: Vec<Vec<Value>> = vec![Vec::new(); network.values.len()];
    values[preprocess.value.0] = images.iter().map(read).collect();
    let mut random = 0;
    for layer in &network.layers {
        let weights = layer_weights(network, layer, weights);
        if let Op::Bn(op) = &layer.op
            && !layer.frozen
        {
            let results = normalise(op, &values[layer.inputs[0].0], weights);
            values[layer.outputs[0].0] = results;
            continue;
        }
        if let Op::Dropout(op) = &layer.op
            && op.zeroes() > 0
        {
            let samples = (0u64..).zip(&values[layer.inputs[0].0]);
            let results = samples.map(|(i, x)| zero(op, x, start(step, i, random))).collect();
            values[layer.outputs[0].0] = results;
            random += 1;
            continue;
        }
        let shapes: Vec<Shape> = layer.outputs.iter().map(|&id| network.shape(id)).collect();
        for sample in 0..images.len() {
            let operands: Vec<&Value> =
                layer.inputs.iter().map(|id| &values[id.0][sample]).collect();
            let results = run_layer(&layer.op, &operands, weights, &shapes);
            for (id, result) in layer.outputs.iter().zip(results) {
                values[id.0].push(result);
            }
        }
    }
    let numbers = |value: &Value| value.elements.iter().map(|x| x.value).collect();
    values[wanted.0].iter().map(numbers).collect()
}

/// Where a layer's random numbers start in a sample.
fn start(Step { seed, step }: Step, sample: u64, layer: u64) -> SplitMix64 {
    let mixed = |x| SplitMix64(x).next_u64();
    SplitMix64([step, sample, layer].into_iter().fold(mixed(seed), |key, next| mixed(key ^ next)))
}

/// Inverted dropout (Srivastava et al. 2014, section 10), an element or the value at a time.
fn zero(op: &Dropout, x: &Value, mut stream: SplitMix64) -> Value {
    let mut factor = || {
        let zeroed = stream.next_u64() >> 32 < u64::from(op.zeroes());
        if zeroed { 0.0 } else { f64::from(op.scale()) }
    };
    let elements = x.elements.iter();
    let elements = match op {
        Dropout::Elements(_) => elements.map(|x| Element::exact(x.value * factor())).collect(),
        Dropout::Path(_) | Dropout::Identity => {
            let factor = factor();
            elements.map(|x| Element::exact(x.value * factor)).collect()
        }
    };
    Value { shape: x.shape, elements }
}

fn normalise(op: &Bn, samples: &[Value], weights: &[Vec<f32>]) -> Vec<Value> {
    let mut tensors = weights.iter();
    let gamma = if op.scale { tensors.next() } else { None };
    let beta = if op.shift { tensors.next() } else { None };
    let channels = samples[0].shape.channels();
    let of = |c: usize| {
        samples
            .iter()
            .flat_map(move |x| x.elements.iter().skip(c).step_by(channels))
            .map(|x| x.value)
    };
    let known = |of: Option<&Vec<f32>>, c: usize, without: f32| {
        f64::from(of.map_or(without, |values| values[c]))
    };
    let affine: Vec<(f64, f64)> = (0..channels)
        .map(|c| {
            let count = of(c).count() as f64;
            let mean = of(c).sum::<f64>() / count;
            let variance = of(c).map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
            let scale = known(gamma, c, 1.0) / (variance + f64::from(op.eps.0)).sqrt();
            (scale, known(beta, c, 0.0) - mean * scale)
        })
        .collect();
    let one = |x: Element, c: usize| Element::exact(x.value * affine[c].0 + affine[c].1);
    samples.iter().map(|sample| sample.map(one)).collect()
}
