//! The reference executor: what each operation means, in naive loops over `f64`, never optimised.
//! It is the definition of right that every other executor is compared with.
//!
//! In: a network, its weights in canonical layout, the inputs. Out: every value of the network, and
//! with each number a bound on how far any `f32` executor may be from it ([`Element`]). One file an
//! operation, named as in `cnn_dsl::ir::layers`, where the formulas stand. Not here: plans, layouts
//! and packed weights, which belong to what is being compared.

mod activation;
mod add;
mod bn;
mod concat;
mod conv;
mod deconv;
mod dense;
mod depth;
mod dropout;
mod dw;
mod element;
mod flatten;
mod input;
mod lrn;
mod mul;
mod pad;
mod pool;
mod resize;
mod scale;
mod shuffle;
mod slice;
mod softmax;
mod split;
mod training;
mod value;

#[cfg(test)]
mod lecture;
#[cfg(test)]
mod pytorch;

pub use element::{Element, UNIT_ROUNDOFF};
pub use training::{Step, run_batch};
pub use value::Value;

pub use crate::dynamic::Input;

use cnn_dsl::ir::{Layer, Network, Op, Shape};

/// Every value of the network, indexed by `ValueId`, dense in the order height, width, channels.
///
/// `weights` are canonical, in the order of [`Network::tensors`], as `cnn_weights::read` and
/// `cnn_weights::init` give them; `inputs` are one image each, dense NHWC, in declaration order.
///
/// # Panics
///
/// When the number or the lengths of weights or inputs are not the network's.
pub fn run(network: &Network, weights: &[Vec<f32>], inputs: &[Input<'_>]) -> Vec<Vec<f64>> {
    let numbers = |value: &Value| value.elements.iter().map(|x| x.value).collect();
    evaluate(network, weights, inputs).iter().map(numbers).collect()
}

/// How far an `f32` executor may be from [`run`], element by element: the bounds of [`evaluate`],
/// which [`Element`] derives. Where the value is NaN, so must the executor's be.
///
/// # Panics
///
/// As [`run`].
pub fn tolerance(network: &Network, weights: &[Vec<f32>], inputs: &[Input<'_>]) -> Vec<Vec<f64>> {
    let bounds = |value: &Value| value.elements.iter().map(|x| x.bound).collect();
    evaluate(network, weights, inputs).iter().map(bounds).collect()
}

/// [`run`] and [`tolerance`] at once.
///
/// # Panics
///
/// As [`run`].
pub fn evaluate(network: &Network, weights: &[Vec<f32>], inputs: &[Input<'_>]) -> Vec<Value> {
    assert_eq!(inputs.len(), network.inputs.len(), "one image an input");
    for (tensor, values) in network.tensors().zip(weights) {
        assert_eq!(values.len(), tensor.len(), "elements of a tensor of {}", tensor.layer);
    }
    let mut values: Vec<Option<Value>> = network.values.iter().map(|_| None).collect();
    for (input, image) in network.inputs.iter().zip(inputs) {
        let shape = network.shape(input.value);
        values[input.value.0] = Some(input::preprocess(&input.preprocess, *image, shape));
    }
    for layer in &network.layers {
        let read = |id: &cnn_dsl::ir::ValueId| values[id.0].as_ref().expect("layers are in order");
        let operands: Vec<&Value> = layer.inputs.iter().map(read).collect();
        let shapes: Vec<Shape> = layer.outputs.iter().map(|&id| network.shape(id)).collect();
        let results =
            run_layer(&layer.op, &operands, layer_weights(network, layer, weights), &shapes);
        for (id, result) in layer.outputs.iter().zip(results) {
            values[id.0] = Some(result);
        }
    }
    values.into_iter().map(|value| value.expect("every value has a producer")).collect()
}

/// The tensors of a layer, in the order of [`Op::tensors`].
fn layer_weights<'w>(network: &Network, layer: &Layer, weights: &'w [Vec<f32>]) -> &'w [Vec<f32>] {
    match layer.weights {
        None => &[],
        Some(id) => {
            let of = &network.weights[id.0];
            &weights[of.first_tensor..of.first_tensor + of.tensors.len()]
        }
    }
}

/// One layer: its results have the shapes `to`.
fn run_layer(op: &Op, x: &[&Value], weights: &[Vec<f32>], to: &[Shape]) -> Vec<Value> {
    let result = match op {
        Op::Conv(op) => conv::run(op, x[0], weights, to[0]),
        Op::Dw(op) => dw::run(op, x[0], weights, to[0]),
        Op::Deconv(op) => deconv::run(op, x[0], weights, to[0]),
        Op::Dense(op) => dense::run(op, x[0], weights),
        Op::Pool(op) => pool::run(op, x[0], to[0]),
        Op::Bn(op) => bn::run(op, x[0], weights),
        Op::Activation(op) => activation::run(op, x[0], weights),
        Op::Softmax(_) => softmax::run(x[0]),
        Op::Lrn(op) => lrn::run(op, x[0]),
        Op::Dropout(op) => dropout::run(op, x[0]),
        Op::Flatten(_) => flatten::run(x[0]),
        Op::Add(_) => add::run(x),
        Op::Mul(_) => mul::run(x, to[0]),
        Op::Concat(_) => concat::run(x, to[0]),
        Op::Scale(op) => scale::run(op, x[0]),
        Op::Pad(op) => pad::run(op, x[0], to[0]),
        Op::Slice(op) => slice::run(op, x[0]),
        Op::Split(op) => return split::run(op, x[0]),
        Op::Shuffle(op) => shuffle::run(op, x[0]),
        Op::Resize(op) => resize::run(op, x[0], to[0]),
        Op::Depth(op) => depth::run(op, x[0], to[0]),
        Op::Gradient(_) => unreachable!("the reference's gradients are differences of its results"),
    };
    vec![result]
}
