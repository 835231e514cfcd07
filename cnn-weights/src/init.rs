//! Seeded random weights: Glorot uniform kernels (Glorot and Bengio 2010), biases 0, gamma 1,
//! beta 0, mean 0, variance 1, prelu's alpha 0.25.

use crate::random::SplitMix64;
use crate::table::{Role, Tensor};

/// PyTorch's and the paper's first slope of prelu (He et al. 2015).
const ALPHA: f32 = 0.25;

/// Random weights for these tensors, one array each, in canonical layout.
///
/// The numbers of a tensor depend on the seed, on its index and on its size only, and stay the same
/// in all versions: tensor `i` reads SplitMix64 started at `SplitMix64(seed).next_u64() ^
/// SplitMix64(i).next_u64()`, the upper 24 bits of each output.
pub fn init(tensors: &[Tensor], seed: u64) -> Vec<Vec<f32>> {
    let seed = SplitMix64(seed).next_u64();
    let filled = tensors.iter().zip(0u64..).map(|(tensor, index)| {
        let mut stream = SplitMix64(seed ^ SplitMix64(index).next_u64());
        match glorot_limit(tensor) {
            Some(limit) => (0..tensor.len()).map(|_| stream.next_signed_unit() * limit).collect(),
            None => vec![constant(tensor.role); tensor.len()],
        }
    });
    filled.collect()
}

/// `sqrt(6 / (fan_in + fan_out))` of a kernel; the fans are Keras': the last two sizes of the
/// canonical layout, times the size of the window. For a depthwise kernel these are C and M.
fn glorot_limit(tensor: &Tensor) -> Option<f32> {
    match tensor.role {
        Role::Kernel { .. }
        | Role::DepthwiseKernel
        | Role::DeconvKernel { .. }
        | Role::DenseKernel { .. } => {
            let (window, fans) = tensor.dims.split_at(tensor.dims.len().saturating_sub(2));
            let window: usize = window.iter().product();
            let fans: usize = fans.iter().sum::<usize>() * window;
            Some((6.0 / fans as f64).sqrt() as f32)
        }
        Role::Bias
        | Role::Gamma
        | Role::Beta
        | Role::MovingMean
        | Role::MovingVariance
        | Role::Alpha => None,
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
    #[test]
    fn fans_are_keras() {
        let limit = |role, dims: &[usize]| glorot_limit(&Tensor::new("x", role, dims.to_vec()));
        // (3*3*16 + 3*3*32) = 432, (3*3*24 + 3*3*1) = 225, 1728 + 10 = 1738.
        assert_eq!(
            limit(Role::Kernel { groups: 1 }, &[3, 3, 16, 32]),
            Some((6f64 / 432.0).sqrt() as f32)
        );
        assert_eq!(
            limit(Role::DepthwiseKernel, &[3, 3, 24, 1]),
            Some((6f64 / 225.0).sqrt() as f32)
        );
        let dense = Role::DenseKernel { flattened: None };
        assert_eq!(limit(dense, &[1728, 10]), Some((6f64 / 1738.0).sqrt() as f32));
        assert_eq!(limit(Role::Bias, &[10]), None);
    }

    #[test]
    fn numbers_fill_the_range_and_depend_on_seed_and_index() {
        let kernel = || Tensor::new("x", Role::Kernel { groups: 1 }, vec![3, 3, 16, 32]);
        let tensors = [kernel(), kernel()];
        let values = init(&tensors, 7);
        let limit = glorot_limit(&tensors[0]).unwrap();
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
