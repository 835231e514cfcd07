//! Derivatives of the element-wise functions by their operand, where the result does not tell them;
//! and the gradient of local response normalisation.

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

/// The gradient of [`math::lrn`] over the channels of one pixel. With `d[c] = k + factor * sum` it is
/// `d_y[c] / d[c]^beta`, and less `2 * beta * factor * x[c]` times the sum of
/// `d_y[j] * x[j] / d[j]^(beta + 1)` over all `j` whose sums have `c`.
pub fn lrn<const C: usize>(
    x: &[f32; C],
    d_y: &[f32; C],
    d_x: &mut [f32; C],
    size: usize,
    factor: f32,
    beta: f32,
    k: f32,
) {
    let (before, behind) = (size / 2, size.div_ceil(2));
    let mut shares = [0.0; C];
    for c in 0..C {
        let mut sum = 0.0;
        for v in &x[c.saturating_sub(before)..C.min(c + behind)] {
            sum += v * v;
        }
        let d = k + factor * sum;
        d_x[c] = d_y[c] / libm::powf(d, beta);
        shares[c] = d_x[c] * x[c] / d;
    }
    for c in 0..C {
        let first = (c + 1).saturating_sub(behind);
        let sum: f32 = shares[first..C.min(c + before + 1)].iter().sum();
        d_x[c] -= 2.0 * beta * factor * x[c] * sum;
    }
}

#[cfg(test)]
mod tests {
    use super::lrn;

    /// `local_response_norm` of PyTorch 2.15 in `f64`: pixels of `(7 i mod 23 - 11) / 4`, and for `d_y`
    /// `(5 i mod 17 - 8) / 8`, counted through all channels.
    #[test]
    fn pytorchs_gradients_of_lrn() {
        #[rustfmt::skip]
        let odd = [
            -0.009_968_758, 0.086_620_601, -0.091_033_520, 0.006_169_025, 0.081_011_239, -0.037_718_289,
            0.048_997_049, -0.097_619_543, -0.053_634_606, 0.036_046_331, 0.141_547_831, -0.088_840_478,
            0.024_236_358, 0.005_757_110,
        ];
        #[rustfmt::skip]
        let even = [
            -0.363_529_882, -0.089_766_984, 0.066_932_395, 0.308_147_161, -0.251_658_854, -0.017_931_234,
            0.214_305_651, -0.327_610_854, -0.123_304_893, 0.199_936_633,
        ];
        compare::<7>(&odd, (5, 2.0, 0.75, 1.5));
        compare::<5>(&even, (4, 0.5, 0.5, 2.0));
    }

    fn compare<const C: usize>(expected: &[f64], (size, alpha, beta, k): (usize, f32, f32, f32)) {
        let pattern = |i: usize, step: usize, modulus: usize, divisor: f32| {
            ((i * step % modulus) as f32 - (modulus / 2) as f32) / divisor
        };
        for (pixel, expected) in expected.chunks_exact(C).enumerate() {
            let x: [f32; C] = std::array::from_fn(|c| pattern(pixel * C + c, 7, 23, 4.0));
            let d_y: [f32; C] = std::array::from_fn(|c| pattern(pixel * C + c, 5, 17, 8.0));
            let mut d_x = [f32::NAN; C];
            lrn(&x, &d_y, &mut d_x, size, alpha / size as f32, beta, k);
            for (found, expected) in d_x.iter().zip(expected) {
                // Sums of C products of at most 3 in `f32`.
                assert!((f64::from(*found) - expected).abs() < 2e-6, "{found}, not {expected}");
            }
        }
    }
}
