//! The gradient of each tensor, on every instruction set, against central differences in `f64`.

use crate::{network, numbers};
use cnn_dsl::differentiate::{Head, head, logits};
use cnn_dsl::ir::{Network, ValueId};
use cnn_runtime::InstructionSet;
use cnn_runtime::reference::{Step, run_batch};
use cnn_runtime::train::{Learner, Output};
use cnn_weights::Role;

macro_rules! models {
    ($($test:ident: $model:ident),*) => {
        $(
            cnn_runtime::include_model!("tests/training/models.cnn", $model);

            #[test]
            fn $test() {
                let network = network(stringify!($model)).with_heads();
                let sets = InstructionSet::available().into_iter().map(|set| {
                    let mut net = $model::init(3);
                    net.use_instruction_set(set).learn(|learner| learnt(&network, set, learner))
                });
                compare(&network, &sets.collect::<Vec<_>>());
            }
        )*
    };
}

models!(
    the_lectures_layers: Lecture,
    relus: Relus,
    convolutions: Convolutions,
    groups: Groups,
    groups_of_the_first_layer: GroupsFirst,
    separable_with_batch_norm: Separable,
    residuals_and_channels: Residual,
    depthwise: Depthwise,
    pools: Pools,
    vectors: Vectors,
    frozen_layers: Frozen,
    moved_channels_and_pixels: Moves,
    several_filters_a_channel: Multiplied,
    resizes: Resized,
    transposed_convolutions: Deconvolutions,
    transposed_convolutions_of_groups: DeconvolutionsOfGroups,
    layers_that_are_used_twice: Shared,
    random_zeroes: Zeroes,
    products: Products,
    learnt_slopes: Slopes,
    response_normalisation: Responses,
    masks: Masks,
    auxiliary_heads: Heads
);

/// Nine groups of four for eight slots, the last one of three: a slot has a short group behind a full
/// one.
const SAMPLES: usize = 35;
/// Parameters of a tensor that are looked at.
const LOOKED_AT: usize = 5;
/// Half the distance of two parameters whose losses are compared; a power of two.
const STEP: f32 = 1.0 / 65536.0;
/// What the losses of auxiliary heads are multiplied by.
const AUX_WEIGHT: f64 = 0.75;
/// What random zeroes depend on.
const DRAWN: Step = Step { seed: 5, step: 1 << 40 };
/// How far an `f32` gradient may be from the difference, as a part of the largest of its tensor,
/// beside what the difference itself is wrong by: what is asked of ten steps beside PyTorch's.
const RELATIVE: f64 = 1e-4;

/// The mean loss of a sample's pixels, and its gradient by the logits.
fn loss(network: &Network, sample: usize, all: &[f64]) -> (f64, Vec<f64>) {
    let [h, w, classes] = network.shape(logits(network)[0]).hwc();
    let pixels = all.chunks_exact(classes).enumerate();
    let losses = pixels.map(|(pixel, logits)| of_pixel(head(network), sample + pixel, logits));
    let (losses, d): (Vec<f64>, Vec<Vec<f64>>) = losses.unzip();
    let share = 1.0 / (h * w) as f64;
    (losses.iter().sum::<f64>() * share, d.concat().iter().map(|d| d * share).collect())
}

/// The loss of class `number % classes`, and its gradient by the logits.
fn of_pixel(head: Head, number: usize, logits: &[f64]) -> (f64, Vec<f64>) {
    let class = number % logits.len();
    let target = |k: usize| if k == class { 1.0 } else { 0.0 };
    let each = logits.iter().enumerate();
    match head {
        Head::Softmax => {
            let sum: f64 = logits.iter().map(|x| x.exp()).sum();
            let d = each.map(|(k, x)| x.exp() / sum - target(k)).collect();
            (sum.ln() - logits[class], d)
        }
        Head::Sigmoid => {
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let loss = each.clone().map(|(k, x)| (1.0 + x.exp()).ln() - target(k) * x).sum();
            (loss, each.map(|(k, x)| sigmoid(*x) - target(k)).collect())
        }
        Head::Linear => {
            let loss = each.clone().map(|(k, x)| 0.5 * (x - target(k)).powi(2)).sum();
            (loss, each.map(|(k, x)| x - target(k)).collect())
        }
    }
}

/// Random parameters around those of `init`, so that no bias is 0 and no gamma 1.
fn disturb(learner: &mut dyn Learner) {
    let tensors = learner.tensors().to_vec();
    let noise = numbers(learner.parameters().len(), 7);
    let mut first = 0;
    for tensor in &tensors {
        let size = if tensor.role == Role::MovingVariance { 0.5 } else { 0.25 };
        let values = &mut learner.parameters_mut()[first..first + tensor.len()];
        values.iter_mut().zip(&noise[first..]).for_each(|(value, noise)| *value += size * noise);
        first += tensor.len();
    }
}

/// What one instruction set has computed.
struct Learnt {
    set: InstructionSet,
    frozen: Vec<bool>,
    parameters: Vec<f32>,
    gradient: Vec<f32>,
    loss: f64,
}

fn images(network: &Network) -> Vec<f32> {
    numbers(SAMPLES * network.shape(network.inputs[0].value).len(), 5)
}

fn learnt(network: &Network, set: InstructionSet, learner: &mut dyn Learner) -> Learnt {
    disturb(learner);
    let parameters = learner.parameters().to_vec();
    let mut gradient = vec![f32::NAN; parameters.len()];
    let mut losses = vec![0.0; SAMPLES];
    let mut logits = vec![0.0; SAMPLES * learner.outputs()];
    let of_sample = |i: usize, output: Output, logits: &[f32], d: &mut [f32]| {
        let logits: Vec<f64> = logits.iter().map(|&x| f64::from(x)).collect();
        let (loss, gradient) = loss(network, i, &logits);
        let weight = if output == Output::Aux { AUX_WEIGHT } else { 1.0 };
        let share = weight / SAMPLES as f64;
        d.iter_mut().zip(gradient).for_each(|(d, g)| *d = (g * share) as f32);
        (loss * weight) as f32
    };
    learner.begin_step(DRAWN.seed, DRAWN.step);
    learner.backward(&images(network), &of_sample, &mut losses, &mut logits, &mut gradient);
    let loss = losses.iter().map(|&x| f64::from(x)).sum::<f64>() / SAMPLES as f64;
    Learnt { set, frozen: learner.frozen().to_vec(), parameters, gradient, loss }
}

/// The mean loss by the reference.
fn total(network: &Network, parameters: &[f32]) -> f64 {
    let images = images(network);
    let each: Vec<&[f32]> = images.chunks_exact(images.len() / SAMPLES).collect();
    let mut rest = parameters;
    let mut take = |len: usize| {
        let (own, others) = rest.split_at(len);
        rest = others;
        own.to_vec()
    };
    let weights: Vec<Vec<f32>> = network.tensors().map(|tensor| take(tensor.len())).collect();
    let mean = |wanted: ValueId| {
        let logits = run_batch(network, &weights, &each, DRAWN, wanted);
        let losses = logits.iter().enumerate().map(|(i, logits)| loss(network, i, logits).0);
        losses.sum::<f64>() / SAMPLES as f64
    };
    let all = logits(network);
    mean(all[0]) + AUX_WEIGHT * all[1..].iter().map(|&head| mean(head)).sum::<f64>()
}

/// The slope of the loss by one parameter, and how far it may be off.
fn slope(network: &Network, parameters: &[f32], index: usize) -> (f64, f64) {
    let difference = |step: f32| {
        let [up, down] = [step, -step].map(|step| {
            let mut moved = parameters.to_vec();
            moved[index] += step;
            (total(network, &moved), f64::from(moved[index]))
        });
        (up.0 - down.0) / (up.1 - down.1)
    };
    let (wide, narrow) = (difference(STEP), difference(STEP / 2.0));
    (narrow, (wide - narrow).abs())
}

fn compare(network: &Network, sets: &[Learnt]) {
    let parameters = &sets[0].parameters;
    let expected = total(network, parameters);
    for Learnt { set, loss, .. } in sets {
        let close = (loss - expected).abs() < RELATIVE * expected.abs();
        assert!(close, "{}, {set}: loss {loss}, not {expected}", network.name);
    }
    let mut first = 0;
    for (number, tensor) in network.tensors().enumerate() {
        let range = first..first + tensor.len();
        first = range.end;
        let name = format!("{}, {} {:?}", network.name, tensor.layer, tensor.role);
        if sets[0].frozen[number] || tensor.role.is_statistic() {
            let zero = |learnt: &Learnt| learnt.gradient[range.clone()].iter().all(|&g| g == 0.0);
            assert!(sets.iter().all(zero), "{name} has a gradient");
            continue;
        }
        for i in range.clone().step_by(tensor.len().div_ceil(LOOKED_AT)) {
            let (slope, off) = slope(network, parameters, i);
            for Learnt { set, gradient, .. } in sets {
                let own = gradient[range.clone()].iter().map(|&g| f64::from(g).abs());
                let largest = own.fold(0.0, f64::max);
                assert!(largest > 0.0, "{name}, {set}: no gradient");
                let (found, bound) = (f64::from(gradient[i]), off + RELATIVE * largest);
                assert!(
                    (found - slope).abs() <= bound,
                    "{name}[{}], {set}: {found}, not {slope} within {bound}",
                    i - range.start
                );
            }
        }
    }
}
