//! Any bytes as a weight file: no panic, no large allocation, and every tensor of the model or
//! an error that can be printed.

#![no_main]

use cnn_weights::{Flatten, Load, Role, Tensor, read};
use libfuzzer_sys::fuzz_target;

/// A small network with a tensor of each spelling that a file may have.
fn model() -> Vec<Tensor> {
    let mut tensors = vec![
        Tensor::new("conv1", Role::Kernel { groups: 1 }, vec![1, 2, 1, 2]),
        Tensor::new("conv1", Role::Bias, vec![2]),
        Tensor::new("dw1", Role::DepthwiseKernel, vec![1, 1, 2, 1]),
        Tensor::new("dense1", Role::DenseKernel { flattened: Some([2, 1, 2]) }, vec![4, 3]),
    ];
    let norm = [Role::Gamma, Role::Beta, Role::MovingMean, Role::MovingVariance];
    tensors.extend(norm.map(|role| Tensor::new("conv1.bn", role, vec![2])));
    tensors
}

fuzz_target!(|bytes: &[u8]| {
    let (tensors, ignored) = (model(), [Tensor::new("aux", Role::Bias, vec![2])]);
    // The last byte chooses among the ways of reading, so that the files can stay as they are.
    let mut load = Load::bytes(bytes.to_vec());
    if bytes.last().is_some_and(|last| last % 2 == 1) {
        load = load.rename("c{i}", "conv{i}").rename("bn.{i}", "conv{i}.bn").flatten(Flatten::Hwc);
    }
    match read(&load, &tensors, &ignored) {
        Ok(values) => {
            assert_eq!(values.len(), tensors.len());
            for (tensor, values) in tensors.iter().zip(&values) {
                assert_eq!(values.len(), tensor.len(), "{tensor:?}");
                assert!(values.iter().all(|value| value.is_finite()), "{tensor:?}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
