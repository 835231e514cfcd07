//! Tensors that the program gives: read as a file's are, with the same checks.

use crate::file::{bias, kernel, read};
use cnn_weights::Load;

fn text(load: &Load) -> String {
    let tensors = [kernel("conv1", [3, 1, 1, 2]), bias("conv1", 2)];
    read(load, &tensors).expect_err("does not fit").to_string()
}

/// `torch.arange(6).reshape(2, 1, 3, 1).permute(2, 3, 1, 0)`: OIHW to HWIO.
#[test]
fn names_layouts_and_renames_are_a_files() {
    let tensors = [kernel("conv1", [3, 1, 1, 2]), bias("conv1", 2)];
    let load = Load::tensors(&[
        ("features.0.bias", &[2], &[7.0, 8.0]),
        ("features.0.weight", &[2, 1, 3, 1], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
    ]);
    let values = read(&load.rename("features.0", "conv1"), &tensors).expect("fits");
    assert_eq!(values, [vec![0.0, 3.0, 1.0, 4.0, 2.0, 5.0], vec![7.0, 8.0]]);
}

#[test]
fn what_does_not_fit_is_listed() {
    let load = Load::tensors(&[
        ("conv1.kernel", &[3, 1, 1, 1], &[0.0; 3]),
        ("conv1.bias", &[2], &[f32::NAN, 0.0]),
        ("conv2.bias", &[], &[0.0]),
    ]);
    let expected = "\
the list of tensors does not fit the model's 2 tensors: 3 mistakes
  surplus (1):
    `conv2.bias` scalar
  of another shape (1):
    `conv1.kernel` is 3x1x1x1, `conv1.kernel` needs 3x1x1x2
  not finite (1):
    `conv1.bias` has 1 element that is NaN or infinite, the first NaN at [0]";
    assert_eq!(text(&load), expected);
}

#[test]
fn one_name_twice_is_told() {
    let kernel: (&str, &[usize], &[f32]) = ("conv1.kernel", &[3, 1, 1, 2], &[0.0; 6]);
    let load = Load::tensors(&[kernel, kernel, ("conv1.bias", &[2], &[0.0; 2])]);
    let expected = "\
the list of tensors does not fit the model's 2 tensors: 1 mistake
  given more than once (1):
    `conv1.kernel` is `conv1.kernel` and `conv1.kernel`";
    assert_eq!(text(&load), expected);
}

#[test]
fn sizes_and_values_must_agree() {
    let kernel = |dims| text(&Load::tensors(&[("conv1.kernel", dims, &[0.0; 5])]));
    let expected = "the tensor `conv1.kernel` of 3x1x1x2 cannot have 5 values";
    assert_eq!(kernel(&[3, 1, 1, 2]), expected);
    let expected = "the tensor `conv1.kernel` of 9223372036854775807x3 cannot have 5 values";
    assert_eq!(kernel(&[usize::MAX / 2, 3]), expected);
}
