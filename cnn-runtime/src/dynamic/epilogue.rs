//! Activations over a run of numbers.

use crate::math;
use cnn_dsl::ir::Activation;

/// Applies the functions one after the other. `Prelu` needs slopes and is no part of an epilogue.
pub(super) fn apply(functions: &[Activation], values: &mut [f32]) {
    for function in functions {
        match function {
            Activation::Relu => each(values, math::relu),
            Activation::Relu6 => each(values, math::relu6),
            Activation::LeakyRelu(slope) => each(values, |x| math::leaky_relu(x, slope.0)),
            Activation::Prelu => {}
            Activation::Elu(alpha) => each(values, |x| math::elu(x, alpha.0)),
            Activation::Sigmoid => each(values, math::sigmoid),
            Activation::Tanh => each(values, math::tanh),
            Activation::Silu => each(values, math::silu),
            Activation::Hardswish => each(values, math::hardswish),
            Activation::Hardsigmoid => each(values, math::hardsigmoid),
            Activation::Gelu => each(values, math::gelu),
            Activation::GeluTanh => each(values, math::gelu_tanh),
            Activation::Mish => each(values, math::mish),
            Activation::Softplus => each(values, math::softplus),
        }
    }
}

fn each(values: &mut [f32], f: impl Fn(f32) -> f32) {
    for value in values {
        *value = f(*value);
    }
}
