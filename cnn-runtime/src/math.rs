//! Element-wise functions and the two that look at all channels of a pixel.
//!
//! Emitted code and the dynamic executor call the same ones, so both give the same bits; pure Rust
//! without the platform's mathematics library, so every platform gives the same bits too. NaN goes
//! through all of them: divergence must not be hidden. `exp` and what is made of it have no branch,
//! so that a loop over lanes becomes vector code. At infinities only what limits need is promised.

/// Largest relative error of [`exp`] where the result is a normal number: 2 units in the last place.
pub const EXP_RELATIVE_ERROR: f64 = 2.4e-7;
/// Largest absolute error of [`sigmoid`]: the result is at most 1, three roundings on top of `exp`.
pub const SIGMOID_ABSOLUTE_ERROR: f64 = 2e-7;
/// Largest relative error of [`tanh`].
pub const TANH_RELATIVE_ERROR: f64 = 4e-7;
/// Largest error of [`silu`], [`gelu`], [`gelu_tanh`] and [`mish`], relative to `max(1, |x|)`.
pub const GATED_ERROR: f64 = 5e-7;
/// Largest error of [`softplus`] and [`elu`], relative to `max(1, |x|)`.
pub const SOFTPLUS_ERROR: f64 = 3e-7;

/// `max(0, x)`; NaN stays NaN.
#[inline]
pub fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// `min(max(0, x), 6)`.
#[inline]
pub fn relu6(x: f32) -> f32 {
    let x = relu(x);
    if x > 6.0 { 6.0 } else { x }
}

/// `x` where not negative, else `slope * x`; `prelu` too, with a slope a channel.
#[inline]
pub fn leaky_relu(x: f32, slope: f32) -> f32 {
    if x < 0.0 { slope * x } else { x }
}

/// `x` where not negative, else `alpha * (exp(x) - 1)`.
#[inline]
pub fn elu(x: f32, alpha: f32) -> f32 {
    if x < 0.0 { alpha * libm::expm1f(x) } else { x }
}

/// `1 / (1 + exp(-x))`.
#[inline]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `x * sigmoid(x)`.
#[inline]
pub fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// `relu6(x + 3) / 6`.
#[inline]
pub fn hardsigmoid(x: f32) -> f32 {
    relu6(x + 3.0) / 6.0
}

/// `x * relu6(x + 3) / 6`.
#[inline]
pub fn hardswish(x: f32) -> f32 {
    x * relu6(x + 3.0) / 6.0
}

/// `x * Phi(x)` by the complementary error function (musl's, within 1 unit in the last place), which
/// does not cancel for negative `x`.
#[inline]
pub fn gelu(x: f32) -> f32 {
    0.5 * x * libm::erfcf(-core::f32::consts::FRAC_1_SQRT_2 * x)
}

/// `0.5 * x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3)))`, by `1 + tanh(u) = 2 * sigmoid(2u)`.
#[inline]
pub fn gelu_tanh(x: f32) -> f32 {
    const SQRT_2_OVER_PI: f32 = 0.797_884_6;
    let u = SQRT_2_OVER_PI * (x + 0.044_715 * x * x * x);
    x * sigmoid(2.0 * u)
}

/// `x * tanh(softplus(x))`, by `tanh(ln(1 + e)) = n / (n + 2)` with `n = e * (e + 2)`.
#[inline]
pub fn mish(x: f32) -> f32 {
    // From here on the factor rounds to 1, and n would overflow later.
    const LINEAR_FROM: f32 = 20.0;
    let e = exp(if x > LINEAR_FROM { LINEAR_FROM } else { x });
    let n = e * (e + 2.0);
    x * (n / (n + 2.0))
}

/// `ln(1 + exp(x))`.
#[inline]
pub fn softplus(x: f32) -> f32 {
    relu(x) + libm::log1pf(exp(-x.abs()))
}

/// The hyperbolic tangent: an odd polynomial near 0 (Cephes' `tanhf`), `exp` elsewhere.
#[inline]
pub fn tanh(x: f32) -> f32 {
    const POLYNOMIAL_BELOW: f32 = 0.625;
    let z = x * x;
    let p = -5.704_988_7e-3;
    let p = p * z + 2.063_909e-2;
    let p = p * z - 5.373_971_6e-2;
    let p = p * z + 1.333_144_2e-1;
    let p = p * z - 3.333_328e-1;
    let near = p * z * x + x;
    let e = exp(-2.0 * x.abs());
    let far = ((1.0 - e) / (1.0 + e)).copysign(x);
    if x.abs() < POLYNOMIAL_BELOW { near } else { far }
}

/// The exponential function: `exp(x) = 2^n * exp(r)`, `|r| <= ln(2)/2`, `exp(r)` by a polynomial of
/// degree 6 (Cephes' `expf`). 0 and infinity where the result is too small or large.
#[inline]
pub fn exp(x: f32) -> f32 {
    // ln(2) in two parts: n times the first is exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    // Beyond these the result is 0 or infinity, and so it is at them.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * core::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let p = p * r * r + r + 1.0;
    // 2^n in two halves: n goes from -150 to 128, beyond what one exponent holds.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    p * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// `2^n` for `n` from -126 to 127; some number for others, which only NaN asks for.
#[inline]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `exp(x - max) / sum(exp(x - max))` over the channels of one pixel, summed in their order.
///
/// # Panics
/// If the lengths differ.
// Inlined where the length is known and the vectors are wide; only the sum is one by one.
#[inline]
pub fn softmax(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "operand and result of one length");
    let mut largest = f32::NEG_INFINITY;
    for &v in x {
        largest = if v > largest { v } else { largest };
    }
    for (y, &x) in y.iter_mut().zip(x) {
        *y = exp(x - largest);
    }
    let mut sum = 0.0;
    for y in &*y {
        sum += *y;
    }
    for y in y {
        *y /= sum;
    }
}

/// Local response normalisation over the channels of one pixel (PyTorch's `LocalResponseNorm`):
/// `x[c] / (k + factor * sum of x[c']^2)^beta`, `c'` from `c - size/2` to `c + (size-1)/2`, `factor`
/// being alpha over size.
///
/// # Panics
/// If the lengths differ.
pub fn lrn(x: &[f32], y: &mut [f32], size: usize, factor: f32, beta: f32, k: f32) {
    assert_eq!(x.len(), y.len(), "operand and result of one length");
    for (c, y) in y.iter_mut().enumerate() {
        let first = c.saturating_sub(size / 2);
        let end = x.len().min(c + size.div_ceil(2));
        let mut sum = 0.0;
        for v in &x[first..end] {
            sum += v * v;
        }
        *y = x[c] / libm::powf(k + factor * sum, beta);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every 1999th `f32` of either sign, NaN and infinities left out.
    fn floats() -> impl Iterator<Item = f32> {
        (0..=u32::MAX).step_by(1999).map(f32::from_bits).filter(|x| x.is_finite())
    }

    fn largest(error: impl Fn(f32) -> f64) -> f64 {
        floats().map(error).fold(0.0, f64::max)
    }

    fn check(bound: f64, error: impl Fn(f32) -> f64) {
        let found = largest(error);
        assert!(found <= bound, "{found:e} is more than {bound:e}");
        assert!(found >= bound / 20.0, "{found:e}: the promise of {bound:e} is too weak");
    }

    fn relative_to_x(f: fn(f32) -> f32, exact: fn(f64) -> f64) -> impl Fn(f32) -> f64 {
        move |x| (f64::from(f(x)) - exact(x.into())).abs() / f64::from(x).abs().max(1.0)
    }

    #[test]
    fn exp_is_exact_enough() {
        check(EXP_RELATIVE_ERROR, |x| {
            let exact = f64::from(x).exp();
            if exact < f64::from(f32::MIN_POSITIVE) || exact > f64::from(f32::MAX) {
                return 0.0;
            }
            (f64::from(exp(x)) - exact).abs() / exact
        });
    }

    #[test]
    fn exp_at_the_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(88.73), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(-104.0), 0.0);
        // The smallest number that is not 0 is 2^-149; exp(-100) is about 3.8e-44, a subnormal.
        assert!((f64::from(exp(-100.0)) - (-100.0_f64).exp()).abs() <= 2.0_f64.powi(-149));
    }

    #[test]
    fn sigmoid_is_exact_enough() {
        check(SIGMOID_ABSOLUTE_ERROR, |x| {
            (f64::from(sigmoid(x)) - 1.0 / (1.0 + (-f64::from(x)).exp())).abs()
        });
    }

    #[test]
    fn tanh_is_exact_enough() {
        check(TANH_RELATIVE_ERROR, |x| {
            let exact = f64::from(x).tanh();
            if exact.abs() < f64::from(f32::MIN_POSITIVE) {
                return 0.0;
            }
            (f64::from(tanh(x)) - exact).abs() / exact.abs()
        });
    }

    #[test]
    fn gated_functions_are_exact_enough() {
        check(GATED_ERROR, relative_to_x(silu, |x| x / (1.0 + (-x).exp())));
        check(GATED_ERROR, relative_to_x(mish, |x| x * x.exp().ln_1p().min(700.0).tanh()));
        check(GATED_ERROR, relative_to_x(gelu, |x| 0.5 * x * libm::erfc(-x / 2.0_f64.sqrt())));
        check(
            GATED_ERROR,
            relative_to_x(gelu_tanh, |x| {
                let u = (2.0 / core::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
                0.5 * x * (1.0 + u.tanh())
            }),
        );
    }

    #[test]
    fn softplus_and_elu_are_exact_enough() {
        let softplus_exact = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        check(SOFTPLUS_ERROR, relative_to_x(softplus, softplus_exact));
        let elu_exact = |x: f64| if x < 0.0 { x.exp_m1() } else { x };
        check(SOFTPLUS_ERROR, relative_to_x(|x| elu(x, 1.0), elu_exact));
    }

    /// PyTorch 2.15, `torch.nn.functional` on `[-3, -0.5, 0, 0.5, 3]`.
    #[test]
    fn pytorchs_values() {
        let x = [-3.0, -0.5, 0.0, 0.5, 3.0];
        let same = |f: fn(f32) -> f32, expected: [f32; 5]| {
            for (x, e) in x.into_iter().zip(expected) {
                assert!((f(x) - e).abs() <= 1e-6, "{} is not {e}", f(x));
            }
        };
        same(sigmoid, [0.0474259, 0.3775407, 0.5, 0.6224594, 0.9525741]);
        same(tanh, [-0.9950548, -0.4621172, 0.0, 0.4621172, 0.9950548]);
        same(silu, [-0.1422776, -0.1887703, 0.0, 0.3112297, 2.8577225]);
        same(hardswish, [-0.0, -0.2083333, 0.0, 0.2916667, 3.0]);
        same(hardsigmoid, [0.0, 0.4166667, 0.5, 0.5833333, 1.0]);
        same(gelu, [-0.0040502, -0.1542688, 0.0, 0.3457312, 2.9959497]);
        same(gelu_tanh, [-0.0036374, -0.154286, 0.0, 0.345714, 2.9963627]);
        same(mish, [-0.1456475, -0.2207438, 0.0, 0.3752452, 2.986535]);
        same(softplus, [0.0485874, 0.474077, core::f32::consts::LN_2, 0.974077, 3.0485873]);
        same(relu6, [0.0, 0.0, 0.0, 0.5, 3.0]);
        same(|x| elu(x, 0.7), [-0.665149, -0.2754285, 0.0, 0.5, 3.0]);
    }

    #[test]
    fn nan_goes_through() {
        let functions = [
            relu,
            relu6,
            sigmoid,
            silu,
            hardsigmoid,
            hardswish,
            gelu,
            gelu_tanh,
            mish,
            softplus,
            tanh,
            exp,
        ];
        for f in functions {
            assert!(f(f32::NAN).is_nan());
        }
        assert!(leaky_relu(f32::NAN, 0.1).is_nan() && elu(f32::NAN, 1.0).is_nan());
        let mut y = [0.0; 2];
        softmax(&[1.0, f32::NAN], &mut y);
        assert!(y[0].is_nan() && y[1].is_nan());
    }

    /// The lecture: logits -2, -1, 0, 1, 2 have the exponentials 0.14, 0.37, 1.00, 2.72, 7.39.
    #[test]
    fn softmax_of_the_lecture() {
        let exponentials = [0.14, 0.37, 1.00, 2.72, 7.39];
        let sum: f32 = exponentials.iter().sum();
        let mut y = [0.0; 5];
        softmax(&[-2.0, -1.0, 0.0, 1.0, 2.0], &mut y);
        for (y, e) in y.into_iter().zip(exponentials) {
            assert!((y - e / sum).abs() < 5e-4);
        }
        assert!((y.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        // Large logits do not overflow.
        softmax(&[1000.0, 1000.0, 0.0, 0.0, 0.0], &mut y);
        assert_eq!(y, [0.5, 0.5, 0.0, 0.0, 0.0]);
    }
}
