//! Weight files made in memory.

use cnn_weights::{Load, LoadError, Role, Tensor};
use safetensors::tensor::{Dtype, TensorView};

/// A safetensors file of f32 tensors.
pub fn file(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, _, values)| values.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let with_bytes = tensors.iter().zip(&bytes);
    file_of(with_bytes.map(|((name, dims, _), bytes)| (*name, Dtype::F32, *dims, &bytes[..])))
}

/// A safetensors file of any types.
pub fn file_of<'a>(
    tensors: impl Iterator<Item = (&'a str, Dtype, &'a [usize], &'a [u8])>,
) -> Vec<u8> {
    let views = tensors.map(|(name, dtype, dims, bytes)| {
        (name, TensorView::new(dtype, dims.to_vec(), bytes).expect("shape and bytes fit"))
    });
    safetensors::serialize(views, None).expect("serializes")
}

/// Zeros under each name.
pub fn zeros(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let zeros = vec![0.0; 4096];
    let tensors: Vec<_> =
        tensors.iter().map(|&(name, dims)| (name, dims, &zeros[..dims.iter().product()])).collect();
    file(&tensors)
}

pub fn kernel(layer: &str, dims: [usize; 4]) -> Tensor {
    Tensor::new(layer, Role::Kernel { groups: 1 }, dims.to_vec())
}

pub fn bias(layer: &str, len: usize) -> Tensor {
    Tensor::new(layer, Role::Bias, vec![len])
}

/// Gamma, beta, moving mean, moving variance.
pub fn batch_norm(layer: &str, channels: usize) -> Vec<Tensor> {
    [Role::Gamma, Role::Beta, Role::MovingMean, Role::MovingVariance]
        .map(|role| Tensor::new(layer, role, vec![channels]))
        .to_vec()
}

pub fn read(load: &Load, tensors: &[Tensor]) -> Result<Vec<Vec<f32>>, LoadError> {
    cnn_weights::read(load, tensors, &[])
}
