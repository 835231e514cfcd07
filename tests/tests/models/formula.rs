//! Weights and images by a formula that `tests/pytorch/formula.py` has, too: no file is needed for
//! both sides to run one network on the same numbers.
//!
//! In: a network. Out: its weights, made in PyTorch's layouts and read through `cnn-weights`, and an
//! image. A number depends on the ordinal of its layer among the layers with weights (from 1, in the
//! network's order; 0 is the image), on the tensor's role and on its index in PyTorch's layout.

use cnn_dsl::ir::{Network, Shape};
use cnn_runtime::Load;
use cnn_weights::{Role, Tensor};

/// A number in `0..1`, a multiple of `2^-24` and so exact in `f32`: a hash with the finalizer
/// `lowbias32` of Wellons' hash prospector, all in `u32` that wraps.
fn unit(layer: u32, role: u32, index: u32) -> f64 {
    let mut x = index
        .wrapping_mul(0x9e37_79b9)
        .wrapping_add(layer.wrapping_mul(0x85eb_ca6b))
        .wrapping_add(role.wrapping_mul(0xc2b2_ae35));
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^= x >> 16;
    f64::from(x >> 8) / f64::from(1 << 24)
}

/// PyTorch's name and sizes of a tensor.
fn stored(tensor: &Tensor) -> (&'static str, Vec<usize>) {
    let d = &tensor.dims;
    match tensor.role {
        Role::Kernel { .. } => ("weight", vec![d[3], d[2], d[0], d[1]]),
        Role::DepthwiseKernel => ("weight", vec![d[2] * d[3], 1, d[0], d[1]]),
        Role::DeconvKernel { .. } => ("weight", vec![d[2], d[3], d[0], d[1]]),
        Role::DenseKernel { .. } => ("weight", vec![d[1], d[0]]),
        Role::Gamma | Role::Alpha => ("weight", d.to_vec()),
        Role::Bias | Role::Beta => ("bias", d.to_vec()),
        Role::MovingMean => ("running_mean", d.to_vec()),
        Role::MovingVariance => ("running_var", d.to_vec()),
    }
}

/// The elements of a tensor in PyTorch's layout. Kernels are scaled as He et al. (arXiv:1502.01852)
/// initialise them, so that values neither vanish nor grow with depth; batch norms are no identity.
fn elements(layer: u32, tensor: &Tensor, sizes: &[usize]) -> Vec<f32> {
    let fan_in = sizes[1..].iter().product::<usize>() as f64;
    let (role, from, width) = match tensor.role {
        Role::Kernel { .. }
        | Role::DepthwiseKernel
        | Role::DeconvKernel { .. }
        | Role::DenseKernel { .. } => (0, -(6.0 / fan_in).sqrt(), 2.0 * (6.0 / fan_in).sqrt()),
        Role::Bias => (1, -0.25, 0.5),
        Role::Gamma => (2, 0.5, 1.0),
        Role::Beta => (3, -0.25, 0.5),
        Role::MovingMean => (4, -0.25, 0.5),
        Role::MovingVariance => (5, 0.5, 1.0),
        Role::Alpha => (6, 0.0, 0.5),
    };
    let element = |i: usize| (from + width * unit(layer, role, i as u32)) as f32;
    (0..tensor.len()).map(element).collect()
}

/// The weights as PyTorch would save them, under the network's own names of layers.
pub fn load(network: &Network) -> Load {
    let tensors: Vec<(String, Vec<usize>, Vec<f32>)> = (1..)
        .zip(&network.weights)
        .flat_map(|(layer, weights)| {
            weights.tensors.iter().map(move |tensor| {
                let (suffix, sizes) = stored(tensor);
                let elements = elements(layer, tensor, &sizes);
                (format!("{}.{suffix}", weights.name), sizes, elements)
            })
        })
        .collect();
    let tensors: Vec<(&str, &[usize], &[f32])> =
        tensors.iter().map(|(name, sizes, elements)| (&**name, &**sizes, &**elements)).collect();
    Load::tensors(&tensors)
}

/// An image of bytes, dense in the order height, width, channels.
pub fn bytes(shape: Shape) -> Vec<u8> {
    (0..shape.len()).map(|i| (unit(0, 0, i as u32) * 256.0) as u8).collect()
}

/// The same image as floats from -2 to 2, for networks that normalise nothing themselves.
pub fn signed(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&b| (f32::from(b) - 127.5) / 64.0).collect()
}
