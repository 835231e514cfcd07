//! Seeded random weights: kernels from one of several distributions, everything else constant.

use crate::random::SplitMix64;
use crate::table::{Role, Tensor};

/// PyTorch's and the paper's first slope of prelu (He et al. 2015).
const ALPHA: f32 = 0.25;

/// From which distribution the kernels of convolutions and dense layers are drawn. All else is the same:
/// biases and beta 0, gamma 1, mean 0, variance 1, prelu's alpha 0.25.
///
/// With a kernel of `window` places, `n` is the number of numbers that one output sums up: `window`
/// times the input channels (of a group), `window` alone for a depthwise kernel. A transposed
/// convolution's is counted as Keras and PyTorch do: `window` times its output channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Init {
    /// Uniform in `+- sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio 2010), Keras' default
    /// `GlorotUniform`, with Keras' fans: for a depthwise kernel `window * C` and `window * M`.
    #[default]
    GlorotUniform,
    /// Uniform in `+- sqrt(6 / n)` (He et al. 2015): Keras' `HeUniform`, PyTorch's
    /// `kaiming_uniform_(mode="fan_in", nonlinearity="relu")`.
    HeUniform,
    /// Normal with the deviation `sqrt(2 / n)`, as He et al. 2015 have it: PyTorch's
    /// `kaiming_normal_(mode="fan_in", nonlinearity="relu")`.
    HeNormal,
    /// The same deviation, but no number beyond two deviations of the normal distribution that is cut
    /// there: Keras' `HeNormal`.
    HeTruncated,
}

/// The deviation of a normal distribution that is cut off at two of its deviations: what Keras divides by.
const TRUNCATED: f64 = 0.879_625_661_034_239_8;

/// Random weights for these tensors by [`Init::GlorotUniform`]; see [`init_with`].
pub fn init(tensors: &[Tensor], seed: u64) -> Vec<Vec<f32>> {
    init_with(Init::default(), tensors, seed)
}

/// Random weights for these tensors, one array each, in canonical layout.
///
/// The numbers of a tensor depend on the seed, on its index and on its size only, and stay the same
/// in all versions: tensor `i` reads SplitMix64 started at `SplitMix64(seed).next_u64() ^
/// SplitMix64(i).next_u64()`. A uniform number is the upper 24 bits of one output `x` over the range. A
/// normal one is `sqrt(-2 ln u) * cos(2 pi v)` (Box and Muller 1958) of the upper 53 bits of two:
/// `u = (x + 1) / 2^53`, `v = x' / 2^53`, computed in `f64` and rounded once; one that would lie
/// beyond two deviations of [`Init::HeTruncated`] is drawn anew.
pub fn init_with(init: Init, tensors: &[Tensor], seed: u64) -> Vec<Vec<f32>> {
    let seed = SplitMix64(seed).next_u64();
    let filled = tensors.iter().zip(0u64..).map(|(tensor, index)| {
        let Some(fans) = Fans::of(tensor) else { return vec![constant(tensor.role); tensor.len()] };
        let mut stream = SplitMix64(seed ^ SplitMix64(index).next_u64());
        let uniform = |stream: &mut SplitMix64, squared: f64| {
            let limit = squared.sqrt() as f32;
            (0..tensor.len()).map(|_| stream.next_signed_unit() * limit).collect()
        };
        let n = fans.summed as f64;
        match init {
            Init::GlorotUniform => uniform(&mut stream, 6.0 / fans.keras as f64),
            Init::HeUniform => uniform(&mut stream, 6.0 / n),
            Init::HeNormal => {
                let deviation = (2.0 / n).sqrt();
                (0..tensor.len()).map(|_| (normal(&mut stream) * deviation) as f32).collect()
            }
            Init::HeTruncated => {
                let deviation = (2.0 / n).sqrt() / TRUNCATED;
                let mut drawn = std::iter::repeat_with(|| normal(&mut stream));
                let within = drawn.by_ref().filter(|z| z.abs() <= 2.0);
                within.take(tensor.len()).map(|z| (z * deviation) as f32).collect()
            }
        }
    });
    filled.collect()
}

/// A number of the standard normal distribution.
fn normal(stream: &mut SplitMix64) -> f64 {
    let mut bits = || (stream.next_u64() >> 11) as f64;
    let (u, v) = ((bits() + 1.0) / TWO_53, bits() / TWO_53);
    (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v)
}

const TWO_53: f64 = 9_007_199_254_740_992.0;

/// How many numbers meet in a kernel.
struct Fans {
    /// Keras' `fan_in + fan_out`: the last two sizes of the canonical layout, times the window.
    keras: usize,
    /// Of one output: see [`Init`].
    summed: usize,
}

impl Fans {
    /// `None` for what is no kernel.
    fn of(tensor: &Tensor) -> Option<Self> {
        let (window, last) = tensor.dims.split_at(tensor.dims.len().saturating_sub(2));
        let window: usize = window.iter().product();
        let summed = match tensor.role {
            Role::Kernel { .. } | Role::DenseKernel { .. } => last.first().copied(),
            Role::DepthwiseKernel => Some(1),
            Role::DeconvKernel { .. } => last.last().copied(),
            Role::Bias
            | Role::Gamma
            | Role::Beta
            | Role::MovingMean
            | Role::MovingVariance
            | Role::Alpha => None,
        };
        Some(Self { keras: last.iter().sum::<usize>() * window, summed: summed? * window })
    }
}

/// What a tensor that is not random is filled with.
fn constant(role: Role) -> f32 {
    match role {
        Role::Gamma | Role::MovingVariance => 1.0,
        Role::Alpha => ALPHA,
        Role::Kernel { .. }
        | Role::DepthwiseKernel
        | Role::DeconvKernel { .. }
        | Role::DenseKernel { .. }
        | Role::Bias
        | Role::Beta
        | Role::MovingMean => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `keras.initializers.GlorotUniform`: the limits for these kernel shapes are sqrt(6 / fans).
    /// PyTorch's `_calculate_fan_in_and_fan_out` gives the others.
    #[test]
    fn fans_are_keras_and_pytorchs() {
        let fans = |role, dims: &[usize]| {
            Fans::of(&Tensor::new("x", role, dims.to_vec())).map(|fans| (fans.keras, fans.summed))
        };
        // (3*3*16 + 3*3*32) = 432, (3*3*24 + 3*3*1) = 225, 1728 + 10 = 1738.
        assert_eq!(fans(Role::Kernel { groups: 1 }, &[3, 3, 16, 32]), Some((432, 144)));
        assert_eq!(fans(Role::Kernel { groups: 4 }, &[3, 3, 4, 32]), Some((324, 36)));
        assert_eq!(fans(Role::DepthwiseKernel, &[3, 3, 24, 1]), Some((225, 9)));
        assert_eq!(fans(Role::DeconvKernel { groups: 1 }, &[2, 2, 16, 6]), Some((88, 24)));
        let dense = Role::DenseKernel { flattened: None };
        assert_eq!(fans(dense, &[1728, 10]), Some((1738, 1728)));
        assert_eq!(fans(Role::Bias, &[10]), None);
    }

    fn drawn(init: Init) -> Vec<f32> {
        let kernel = Tensor::new("x", Role::Kernel { groups: 1 }, vec![3, 3, 32, 64]);
        init_with(init, &[kernel], 7).remove(0)
    }

    /// Of N = 18432 numbers of deviation s the mean is off by s / sqrt(N), the variance by
    /// s^2 * sqrt((k - 1) / N), k the kurtosis: 1.8 of a uniform distribution, 3 of the normal one, and
    /// less where that is cut. Both within 4 of these.
    #[test]
    fn hes_numbers_have_his_deviation() {
        let (n, deviation) = (18432.0_f64, (2.0_f64 / 288.0).sqrt());
        for (init, kurtosis) in
            [(Init::HeUniform, 1.8), (Init::HeNormal, 3.0), (Init::HeTruncated, 3.0)]
        {
            let values = drawn(init);
            let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            let variance = values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n;
            assert!(mean.abs() < 4.0 * deviation / n.sqrt(), "{init:?}: {mean}");
            let off = variance / deviation.powi(2) - 1.0;
            assert!(off.abs() < 4.0 * ((kurtosis - 1.0) / n).sqrt(), "{init:?}: {off}");
            let largest = values.iter().fold(0.0, |m, x| x.abs().max(m));
            let largest = f64::from(largest) / deviation;
            let (least, most) = match init {
                Init::HeUniform | Init::GlorotUniform => (1.73, 3.0_f64.sqrt() + 1e-6),
                // Of so many numbers one is beyond 3.5 deviations but once in five thousand.
                Init::HeNormal => (3.5, 6.0),
                Init::HeTruncated => (1.99 / TRUNCATED, 2.0 / TRUNCATED + 1e-6),
            };
            assert!(least < largest && largest < most, "{init:?}: {largest}");
        }
    }

    /// The documented sequence, by Python's integers and `math`.
    #[test]
    fn sequences_are_the_documented_ones() {
        let first = |init| drawn(init)[..4].to_vec();
        assert_eq!(
            first(Init::GlorotUniform),
            [-3.0910473e-2, -4.6315014e-2, 6.9901004e-2, 8.164325e-2]
        );
        assert_eq!(
            first(Init::HeUniform),
            [-5.353851e-2, -8.0219954e-2, 1.2107208e-1, 1.4141026e-1]
        );
        assert_eq!(first(Init::HeNormal), [2.2097304e-2, 3.409277e-2, -1.4556302e-2, 1.4072113e-1]);
        assert_eq!(
            first(Init::HeTruncated),
            [2.512126e-2, 3.875827e-2, -1.654829e-2, 1.5997842e-1]
        );
    }

    #[test]
    fn numbers_fill_the_range_and_depend_on_seed_and_index() {
        let kernel = || Tensor::new("x", Role::Kernel { groups: 1 }, vec![3, 3, 16, 32]);
        let tensors = [kernel(), kernel()];
        let values = init(&tensors, 7);
        let limit = (6f64 / 432.0).sqrt() as f32;
        let largest = values[0].iter().fold(0f32, |m, x| m.max(x.abs()));
        let mean = values[0].iter().sum::<f32>() / values[0].len() as f32;
        assert!(largest <= limit && largest > 0.99 * limit);
        // The standard deviation of the mean of 4608 uniform numbers is limit / sqrt(3 * 4608).
        assert!(mean.abs() < 4.0 * limit / (3.0 * 4608f32).sqrt());
        assert_ne!(values[0], values[1]);
        assert_ne!(values, init(&tensors, 8));
        assert_eq!(values, init(&tensors, 7));
    }
}
