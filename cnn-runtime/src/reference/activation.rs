//! The element-wise activations. NaN passes through all of them.

use std::f64::consts::{FRAC_2_PI, SQRT_2};

use cnn_dsl::ir::Activation;

use super::element::{ELEMENTARY_ROUNDINGS, Element};
use super::value::Value;

/// Prelu has a slope a channel.
pub(super) fn run(op: &Activation, x: &Value, weights: &[Vec<f32>]) -> Value {
    x.map(|x, c| match op {
        Activation::Relu => x.map(relu, 1.0, 0.0, 0.0),
        Activation::Relu6 => x.map(relu6, 1.0, 0.0, 0.0),
        Activation::LeakyRelu(slope) => leaky_relu(x, f64::from(slope.0)),
        Activation::Prelu => leaky_relu(x, f64::from(weights[0][c])),
        Activation::Elu(alpha) => elu(x, f64::from(alpha.0)),
        Activation::Sigmoid => x.map(sigmoid, 0.25, ELEMENTARY_ROUNDINGS, 1.0),
        Activation::Tanh => x.map(f64::tanh, 1.0, ELEMENTARY_ROUNDINGS, 1.0),
        Activation::Silu => gated(x, |x| x * sigmoid(x)),
        Activation::Hardswish => gated(x, |x| x * relu6(x + 3.0) / 6.0),
        Activation::Hardsigmoid => {
            x.map(|x| relu6(x + 3.0) / 6.0, 1.0 / 6.0, ELEMENTARY_ROUNDINGS, 1.0)
        }
        Activation::Gelu => gated(x, |x| x * 0.5 * (1.0 + libm::erf(x / SQRT_2))),
        Activation::GeluTanh => {
            gated(x, |x| 0.5 * x * (1.0 + (FRAC_2_PI.sqrt() * (x + 0.044_715 * x.powi(3))).tanh()))
        }
        Activation::Mish => gated(x, |x| x * softplus(x).tanh()),
        Activation::Softplus => {
            let scale = x.magnitude().max(1.0);
            x.map(softplus, 1.0, ELEMENTARY_ROUNDINGS, scale)
        }
    })
}

fn relu(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

fn relu6(x: f64) -> f64 {
    if x > 6.0 { 6.0 } else { relu(x) }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `ln(1 + exp(x))` without overflow.
fn softplus(x: f64) -> f64 {
    relu(x) + (-x.abs()).exp().ln_1p()
}

fn leaky_relu(x: Element, slope: f64) -> Element {
    let function = |x: f64| if x < 0.0 { slope * x } else { x };
    x.map(function, slope.abs().max(1.0), 1.0, 0.0)
}

fn elu(x: Element, alpha: f64) -> Element {
    let function = |x: f64| if x < 0.0 { alpha * x.exp_m1() } else { x };
    x.map(function, alpha.abs().max(1.0), ELEMENTARY_ROUNDINGS, alpha.abs())
}

/// The largest slope of `x * gate(x)`: 1.5 for hardswish at 3; 1.13 for gelu, 1.10 for silu, 1.09
/// for mish.
const LARGEST_GATED_SLOPE: f64 = 1.5;

/// `x` times a gate between 0 and 1, whose error is one of an elementary function near 1.
fn gated(x: Element, function: impl Fn(f64) -> f64) -> Element {
    x.map(function, LARGEST_GATED_SLOPE, ELEMENTARY_ROUNDINGS, x.magnitude().max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use cnn_dsl::ir::Constant;

    const NUMBERS: [f64; 10] = [-8.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 4.5, 8.0];

    #[test]
    fn are_pytorchs() {
        let cases: [(Activation, [f64; 10]); 13] = [
            (Activation::Relu, pytorch::RELU),
            (Activation::Relu6, pytorch::RELU6),
            (Activation::LeakyRelu(Constant(0.125)), pytorch::LEAKY_RELU),
            (Activation::Elu(Constant(0.75)), pytorch::ELU),
            (Activation::Sigmoid, pytorch::SIGMOID),
            (Activation::Tanh, pytorch::TANH),
            (Activation::Silu, pytorch::SILU),
            (Activation::Hardswish, pytorch::HARDSWISH),
            (Activation::Hardsigmoid, pytorch::HARDSIGMOID),
            (Activation::Gelu, pytorch::GELU),
            (Activation::GeluTanh, pytorch::GELU_TANH),
            (Activation::Mish, pytorch::MISH),
            (Activation::Softplus, pytorch::SOFTPLUS),
        ];
        for (op, expected) in cases {
            run(&op, &Value::vector(&NUMBERS), &[]).assert_is(&expected);
            let nan = run(&op, &Value::vector(&[f64::NAN]), &[]);
            assert!(nan.elements[0].value.is_nan(), "{op:?} hides NaN");
        }
    }

    #[test]
    fn prelu_has_a_slope_a_channel() {
        let slopes = [vec![0.25, -0.5, 2.0]];
        let result = run(&Activation::Prelu, &Value::pattern(2, 2, 3), &slopes);
        result.assert_is(&pytorch::PRELU);
    }

    /// Differences of the functions over a fine grid never exceed the stated slopes, so a bound that
    /// is carried through is one.
    #[test]
    fn bounds_hold_for_moved_arguments() {
        let moved = |x: f64, by: f64, op: &Activation| {
            let alpha = [vec![-1.5]];
            let at = |value, bound| Value {
                shape: cnn_dsl::ir::Shape::Vector(1),
                elements: vec![Element { value, bound }],
            };
            let bounded = run(op, &at(x, by.abs()), &alpha).elements[0];
            let there = run(op, &at(x + by, 0.0), &alpha).elements[0];
            assert!((there.value - bounded.value).abs() <= bounded.bound, "{op:?} at {x} by {by}");
        };
        let ops = [
            Activation::Relu,
            Activation::Relu6,
            Activation::LeakyRelu(Constant(-2.0)),
            Activation::Prelu,
            Activation::Elu(Constant(1.75)),
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Silu,
            Activation::Hardswish,
            Activation::Hardsigmoid,
            Activation::Gelu,
            Activation::GeluTanh,
            Activation::Mish,
            Activation::Softplus,
        ];
        for op in &ops {
            for step in -512..=512 {
                // Sums of these are exact, so that nothing but the function is tested.
                let x = f64::from(step) / 64.0;
                for by in [-0.125, -1.0 / 1024.0, 1.0 / 1024.0, 0.125] {
                    moved(x, by, op);
                }
            }
        }
    }
}
