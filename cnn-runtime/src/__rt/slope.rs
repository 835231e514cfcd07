//! Derivatives of the element-wise functions by their operand, where the result does not tell them.

use crate::math::{self, exp, sigmoid, tanh};
use std::f32::consts::FRAC_1_SQRT_2;

/// 1, or `slope` for negative operands.
#[inline]
pub fn leaky_relu(x: f32, slope: f32) -> f32 {
    if x < 0.0 { slope } else { 1.0 }
}

/// 1, or `alpha * exp(x)` for negative operands.
#[inline]
pub fn elu(x: f32, alpha: f32) -> f32 {
    if x < 0.0 { alpha * exp(x) } else { 1.0 }
}

/// `s * (1 + x * (1 - s))` with `s = sigmoid(x)`.
#[inline]
pub fn silu(x: f32) -> f32 {
    let s = sigmoid(x);
    s * (1.0 + x * (1.0 - s))
}

/// 1 / 6 between -3 and 3.
#[inline]
pub fn hardsigmoid(x: f32) -> f32 {
    if x > -3.0 && x < 3.0 { 1.0 / 6.0 } else { 0.0 }
}

/// 0 up to -3, 1 from 3 on, `(2x + 3) / 6` between.
#[inline]
pub fn hardswish(x: f32) -> f32 {
    if x <= -3.0 {
        0.0
    } else if x >= 3.0 {
        1.0
    } else {
        (2.0 * x + 3.0) / 6.0
    }
}

/// `Phi(x) + x * phi(x)`, of the normal distribution.
#[inline]
pub fn gelu(x: f32) -> f32 {
    const FRAC_1_SQRT_2_PI: f32 = 0.398_942_3;
    0.5 * libm::erfcf(-FRAC_1_SQRT_2 * x) + x * FRAC_1_SQRT_2_PI * exp(-0.5 * x * x)
}

/// Of `x * s` with `s = sigmoid(2u)`, `u = sqrt(2/pi) * (x + 0.044715 * x^3)`.
#[inline]
pub fn gelu_tanh(x: f32) -> f32 {
    const SQRT_2_OVER_PI: f32 = 0.797_884_6;
    let u = SQRT_2_OVER_PI * (x + 0.044_715 * x * x * x);
    let s = sigmoid(2.0 * u);
    let inner = 2.0 * SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044_715 * x * x);
    s + x * s * (1.0 - s) * inner
}

/// `t + x * (1 - t^2) * sigmoid(x)` with `t = tanh(softplus(x))`.
#[inline]
pub fn mish(x: f32) -> f32 {
    let t = tanh(math::softplus(x));
    t + x * (1.0 - t * t) * sigmoid(x)
}

/// `sigmoid(x)`.
#[inline]
pub fn softplus(x: f32) -> f32 {
    sigmoid(x)
}
