//! The names, layouts and types that a file's tensors may have.

use crate::file::{batch_norm, bias, file, file_of, kernel, read};
use cnn_weights::{Flatten, Load, LoadError, Role, Tensor};
use safetensors::tensor::Dtype;

fn counted(count: usize) -> Vec<f32> {
    (0..count).map(|i| i as f32).collect()
}

fn one(tensor: Tensor, name: &str, dims: &[usize], flatten: Flatten) -> Vec<f32> {
    let bytes = file(&[(name, dims, &counted(dims.iter().product()))]);
    let mut values = read(&Load::bytes(bytes).flatten(flatten), &[tensor]).expect("fits");
    values.remove(0)
}

/// `torch.arange(16).reshape(2, 4, 1, 2).permute(2, 3, 1, 0)`: OIHW to HWIO.
#[test]
fn convolution() {
    let tensor = || kernel("conv1", [1, 2, 4, 2]);
    let keras = one(tensor(), "conv1.kernel", &[1, 2, 4, 2], Flatten::Chw);
    assert_eq!(keras, counted(16));
    let pytorch = one(tensor(), "conv1.weight", &[2, 4, 1, 2], Flatten::Chw);
    let expected = [0, 8, 2, 10, 4, 12, 6, 14, 1, 9, 3, 11, 5, 13, 7, 15].map(|x| x as f32);
    assert_eq!(pytorch, expected);
}

/// `torch.arange(12).reshape(3, 2, 1, 1, 2)[c, m, 0, h, w].permute(3, 4, 0, 1)`.
#[test]
fn depthwise_convolution() {
    let tensor = || Tensor::new("b.dw1", Role::DepthwiseKernel, vec![1, 2, 3, 2]);
    let keras = one(tensor(), "b/dw1/depthwise_kernel", &[1, 2, 3, 2], Flatten::Chw);
    assert_eq!(keras, counted(12));
    let pytorch = one(tensor(), "b.dw1.weight", &[6, 1, 1, 2], Flatten::Chw);
    assert_eq!(pytorch, [0., 2., 4., 6., 8., 10., 1., 3., 5., 7., 9., 11.]);
}

/// `torch.arange(12).reshape(2, 3, 1, 2).permute(2, 3, 0, 1)`; Keras' `reshape(1, 2, 3, 2)` with its
/// last two axes swapped.
#[test]
fn transposed_convolution() {
    let tensor = || Tensor::new("up", Role::DeconvKernel { groups: 1 }, vec![1, 2, 2, 3]);
    let pytorch = one(tensor(), "up.weight", &[2, 3, 1, 2], Flatten::Chw);
    assert_eq!(pytorch, [0., 2., 4., 6., 8., 10., 1., 3., 5., 7., 9., 11.]);
    let keras = one(tensor(), "up.kernel", &[1, 2, 3, 2], Flatten::Chw);
    assert_eq!(keras, [0., 2., 4., 1., 3., 5., 6., 8., 10., 7., 9., 11.]);
}

#[test]
fn dense_also_as_a_1x1_convolution() {
    let tensor = || Tensor::new("fc", Role::DenseKernel { flattened: None }, vec![3, 2]);
    for (name, dims) in [("fc.kernel", &[3, 2][..]), ("fc/kernel", &[1, 1, 3, 2])] {
        assert_eq!(one(tensor(), name, dims, Flatten::Chw), counted(6));
    }
    for dims in [&[2, 3][..], &[2, 3, 1, 1]] {
        assert_eq!(one(tensor(), "fc.weight", dims, Flatten::Chw), [0., 3., 1., 4., 2., 5.]);
    }
}

/// `torch.arange(12).reshape(1, 3, 2, 2).permute(2, 3, 1, 0)`: one output over a 2x2x3 image.
#[test]
fn dense_behind_flatten() {
    let role = Role::DenseKernel { flattened: Some([2, 2, 3]) };
    let tensor = || Tensor::new("fc", role, vec![12, 1]);
    let chw = one(tensor(), "fc.weight", &[1, 12], Flatten::Chw);
    assert_eq!(chw, [0., 4., 8., 1., 5., 9., 2., 6., 10., 3., 7., 11.]);
    assert_eq!(one(tensor(), "fc.weight", &[1, 12], Flatten::Hwc), counted(12));
    assert_eq!(one(tensor(), "fc.kernel", &[12, 1], Flatten::Chw), counted(12));
}

#[test]
fn batch_norm_and_prelu() {
    let mut tensors = batch_norm("conv1.bn", 1);
    tensors.push(Tensor::new("conv1.prelu", Role::Alpha, vec![2]));
    let keras = file(&[
        ("conv1/bn/gamma", &[1], &[1.0]),
        ("conv1/bn/beta", &[1], &[2.0]),
        ("conv1/bn/moving_mean", &[1], &[3.0]),
        ("conv1/bn/moving_variance", &[1], &[4.0]),
        ("conv1/prelu/alpha", &[1, 1, 2], &[5.0, 6.0]),
    ]);
    let pytorch = file(&[
        ("conv1.bn.weight", &[1], &[1.0]),
        ("conv1.bn.bias", &[1], &[2.0]),
        ("conv1.bn.running_mean", &[1], &[3.0]),
        ("conv1.bn.running_var", &[1], &[4.0]),
        ("conv1.bn.num_batches_tracked", &[], &[100.0]),
        ("conv1.prelu.weight", &[2], &[5.0, 6.0]),
    ]);
    let expected = [vec![1.0], vec![2.0], vec![3.0], vec![4.0], vec![5.0, 6.0]];
    assert_eq!(read(&Load::bytes(keras), &tensors).expect("fits"), expected);
    assert_eq!(read(&Load::bytes(pytorch), &tensors).expect("fits"), expected);
}

/// 1.5, -0.0078125 and 65504 (f16's largest) by IEEE 754 and by bfloat16's definition.
#[test]
fn half_precision() {
    let bytes = |bits: [u16; 3]| bits.map(u16::to_le_bytes).concat();
    let (f16, bf16) = (bytes([0x3e00, 0xa000, 0x7bff]), bytes([0x3fc0, 0xbc00, 0x4780]));
    let dims = [3];
    let content =
        [("a.bias", Dtype::F16, &dims[..], &f16[..]), ("b.bias", Dtype::BF16, &dims, &bf16)];
    let load = Load::bytes(file_of(content.into_iter()));
    let values = read(&load, &[bias("a", 3), bias("b", 3)]).expect("fits");
    assert_eq!(values, [[1.5, -0.0078125, 65504.0], [1.5, -0.0078125, 65536.0]]);
}

#[test]
fn renames() {
    let tensors =
        [kernel("separable1.dw1", [1, 1, 1, 1]), bias("separable1.dw1.bn", 1), bias("head", 1)];
    let bytes = file(&[
        ("conv_dw_1/kernel", &[1, 1, 1, 1], &[1.0]),
        ("conv_dw_1_bn/bias", &[1], &[2.0]),
        ("module.head.bias", &[1], &[3.0]),
    ]);
    let load = Load::bytes(bytes)
        .rename("conv_dw_{i}", "separable{i}.dw1")
        .rename("conv_dw_{i}_bn", "separable{i}/dw1/bn")
        .rename("module", "");
    assert_eq!(read(&load, &tensors).expect("fits"), [[1.0], [2.0], [3.0]]);
}

#[test]
fn renames_that_cannot_be_used() {
    let reason = |from: &str, to: &str| {
        let load = Load::bytes(file(&[])).rename(from, to);
        match read(&load, &[]) {
            Err(LoadError::Rename { reason, .. }) => reason,
            other => panic!("{from} = {to} gives {other:?}"),
        }
    };
    assert_eq!(reason("", "a"), "its left side has an empty part");
    assert_eq!(reason("a..b", "a"), "its left side has an empty part");
    assert_eq!(reason("a", "b/"), "its right side has an empty part");
    assert_eq!(reason("a{i", "b"), "a `}` is missing in `a{i`");
    assert_eq!(reason("ai}", "b"), "a `}` without `{` in `ai}`");
    assert_eq!(reason("a{}", "b"), "`{}` is no placeholder; write `{i}`");
    assert_eq!(reason("a{i}{j}", "b"), "two placeholders touch, so their border is unknown");
    assert_eq!(reason("a{i}.{i}", "b"), "`{i}` stands twice on its left side");
    assert_eq!(reason("a{i}", "b{j}"), "`{j}` does not stand on its left side");
}

#[test]
fn auxiliary_heads_are_accepted_and_ignored() {
    let bytes = file(&[("a.bias", &[1], &[1.0]), ("aux1.dense1.weight", &[3, 2], &[f32::NAN; 6])]);
    let aux = Tensor::new("aux1.dense1", Role::DenseKernel { flattened: None }, vec![2, 3]);
    let load = Load::bytes(bytes);
    assert_eq!(cnn_weights::read(&load, &[bias("a", 1)], &[aux]).expect("fits"), [[1.0]]);
    assert!(read(&load, &[bias("a", 1)]).is_err());
}
