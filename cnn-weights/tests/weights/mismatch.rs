//! Everything that does not fit is listed in one error: its exact text.

use crate::file::{batch_norm, bias, file, file_of, kernel, read, zeros};
use cnn_weights::{Load, Role, Tensor};
use safetensors::tensor::Dtype;

fn text(load: &Load, tensors: &[Tensor]) -> String {
    read(load, tensors).expect_err("does not fit").to_string()
}

#[test]
fn every_kind_at_once() {
    let tensors = [
        kernel("conv1", [3, 3, 1, 2]),
        bias("conv1", 2),
        kernel("conv2", [1, 1, 2, 4]),
        bias("conv2", 4),
        Tensor::new("dense1", Role::DenseKernel { flattened: None }, vec![4, 3]),
        bias("dense1", 3),
        bias("dense2", 5),
    ];
    let floats = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let nan = floats(&[0.0, 1.0, 2.0, f32::INFINITY, f32::NAN, 0.0, 0.0, 0.0]);
    let zeros = vec![0; 1024];
    let content: [(&str, Dtype, &[usize], &[u8]); 8] = [
        ("conv1/kernel", Dtype::F32, &[3, 3, 2, 2], &zeros[..144]),
        ("conv1/bias", Dtype::F64, &[2], &zeros[..16]),
        ("conv2.kernel", Dtype::F32, &[1, 1, 2, 4], &nan),
        ("conv2.bias", Dtype::F32, &[4], &zeros[..16]),
        ("conv2/bias", Dtype::F32, &[4], &zeros[..16]),
        ("conv10.kernel", Dtype::F32, &[7], &zeros[..28]),
        ("conv9.kernel", Dtype::F32, &[7], &zeros[..28]),
        ("dense2.bias", Dtype::F32, &[5], &zeros[..20]),
    ];
    let load =
        Load::bytes(file_of(content.into_iter())).rename("conv9", "c").rename("x{i}", "y{i}");
    let expected = "\
the weight file does not fit the model's 7 tensors: 8 mistakes
  missing (2):
    `dense1.kernel` 4x3, or `dense1.weight` 3x4
    `dense1.bias` 3
  surplus (2):
    `conv9.kernel` 7 (renamed `c.kernel`)
    `conv10.kernel` 7
  of another shape (1):
    `conv1/kernel` is 3x3x2x2, `conv1.kernel` needs 3x3x1x2
  of a number type that is not read (1):
    `conv1/bias` is F64; F32, F16 and BF16 are read
  not finite (1):
    `conv2.kernel` has 2 elements that are NaN or infinite, the first inf at [0, 0, 0, 3]
  given more than once (1):
    `conv2.bias` is `conv2.bias` and `conv2/bias`
  renames that fit no tensor (1):
    rename \"x{i}\" = \"y{i}\"";
    assert_eq!(text(&load, &tensors), expected);
}

/// Keras' names of MobileNet's first layers against ours.
#[test]
fn renames_proposed_by_shape() {
    let mut tensors = vec![kernel("conv1", [3, 3, 3, 8])];
    tensors.extend(batch_norm("conv1.bn", 8));
    let mut content: Vec<(String, Vec<usize>)> = vec![("conv1/kernel".into(), vec![3, 3, 3, 8])];
    let four = ["gamma", "beta", "moving_mean", "moving_variance"];
    content.extend(four.map(|x| (format!("conv1_bn/{x}"), vec![8])));
    for i in 1..=12 {
        let block = format!("separable{i}");
        let dims = vec![3, 3, 8, 1];
        tensors.push(Tensor::new(format!("{block}.dw1"), Role::DepthwiseKernel, dims.clone()));
        tensors.extend(batch_norm(&format!("{block}.dw1.bn"), 8));
        tensors.push(kernel(&format!("{block}.conv1"), [1, 1, 8, 8]));
        tensors.extend(batch_norm(&format!("{block}.conv1.bn"), 8));
        content.push((format!("conv_dw_{i}/depthwise_kernel"), dims));
        content.extend(four.map(|x| (format!("conv_dw_{i}_bn/{x}"), vec![8])));
        content.push((format!("conv_pw_{i}/kernel"), vec![1, 1, 8, 8]));
        content.extend(four.map(|x| (format!("conv_pw_{i}_bn/{x}"), vec![8])));
    }
    let dense = Role::DenseKernel { flattened: None };
    tensors.extend([Tensor::new("dense1", dense, vec![8, 10]), bias("dense1", 10)]);
    content.push(("conv_preds/kernel".into(), vec![1, 1, 8, 10]));
    content.push(("conv_preds/bias".into(), vec![10]));
    let borrowed: Vec<_> = content.iter().map(|(name, dims)| (&**name, &**dims)).collect();
    let bytes = zeros(&borrowed);

    let text = text(&Load::bytes(bytes.clone()), &tensors);
    let (_, help) = text.split_once("  help: ").expect("help");
    let expected = r#"by their shapes these renames would fit:
    rename "conv1_bn" = "conv1.bn"
    rename "conv_dw_{i}" = "separable{i}.dw1"
    rename "conv_dw_{i}_bn" = "separable{i}.dw1.bn"
    rename "conv_pw_{i}" = "separable{i}.conv1"
    rename "conv_pw_{i}_bn" = "separable{i}.conv1.bn"
    rename "conv_preds" = "dense1"
  or in Rust:
    .rename("conv1_bn", "conv1.bn").rename("conv_dw_{i}", "separable{i}.dw1").rename("conv_dw_{i}_bn", "separable{i}.dw1.bn").rename("conv_pw_{i}", "separable{i}.conv1").rename("conv_pw_{i}_bn", "separable{i}.conv1.bn").rename("conv_preds", "dense1")
  or on the command line:
    --rename 'conv1_bn=conv1.bn' --rename 'conv_dw_{i}=separable{i}.dw1' --rename 'conv_dw_{i}_bn=separable{i}.dw1.bn' --rename 'conv_pw_{i}=separable{i}.conv1' --rename 'conv_pw_{i}_bn=separable{i}.conv1.bn' --rename 'conv_preds=dense1'"#;
    assert_eq!(help, expected);

    let renames = [
        ("conv1_bn", "conv1.bn"),
        ("conv_dw_{i}", "separable{i}.dw1"),
        ("conv_dw_{i}_bn", "separable{i}.dw1.bn"),
        ("conv_pw_{i}", "separable{i}.conv1"),
        ("conv_pw_{i}_bn", "separable{i}.conv1.bn"),
        ("conv_preds", "dense1"),
    ];
    let load = renames.iter().fold(Load::bytes(bytes), |load, (from, to)| load.rename(*from, *to));
    assert!(read(&load, &tensors).is_ok());
}

/// Two batch norms of one width under names that say nothing: either may be either.
#[test]
fn a_choice_is_told_as_one() {
    let four = ["weight", "bias", "running_mean", "running_var"];
    let mut content = vec![("net.0.weight".to_owned(), vec![8, 3, 3, 3])];
    content.push(("net.3.weight".into(), vec![8, 8, 3, 3]));
    for norm in ["net.7", "net.9"] {
        content.extend(four.map(|x| (format!("{norm}.{x}"), vec![8])));
    }
    let mut tensors = vec![kernel("conv1", [3, 3, 3, 8])];
    tensors.extend(batch_norm("conv1.bn", 8));
    tensors.push(kernel("conv2", [3, 3, 8, 8]));
    tensors.extend(batch_norm("conv2.bn", 8));
    let borrowed: Vec<_> = content.iter().map(|(name, dims)| (&**name, &**dims)).collect();
    let text = text(&Load::bytes(zeros(&borrowed)), &tensors);
    let (_, help) = text.split_once("  help: ").expect("help");
    let expected = r#"by their shapes these renames would fit:
    rename "net.0" = "conv1"
    rename "net.3" = "conv2"
  or in Rust:
    .rename("net.0", "conv1").rename("net.3", "conv2")
  or on the command line:
    --rename 'net.0=conv1' --rename 'net.3=conv2'
  help: a guess, by order: other tensors have the same shapes, compare before use:
    rename "net.7" = "conv1.bn"
    rename "net.9" = "conv2.bn""#;
    assert_eq!(help, expected);
}

/// A suffix that no convention has is renamed in full, by the layout that its shape shows.
#[test]
fn single_tensors_are_proposed_in_full() {
    let bytes = zeros(&[("net.w", &[4, 3]), ("net.b", &[4])]);
    let dense = Role::DenseKernel { flattened: None };
    let tensors = [Tensor::new("dense1", dense, vec![3, 4]), bias("dense1", 4)];
    let text = text(&Load::bytes(bytes), &tensors);
    assert!(text.contains(r#"rename "net.w" = "dense1.weight""#), "{text}");
    assert!(text.contains(r#"rename "net.b" = "dense1.bias""#), "{text}");
}

#[test]
fn one_mistake_is_one() {
    let bytes = file(&[("a.bias", &[2], &[1.0, f32::NAN])]);
    let expected = "\
the weight file does not fit the model's 1 tensors: 1 mistake
  not finite (1):
    `a.bias` has 1 element that is NaN or infinite, the first NaN at [1]";
    assert_eq!(text(&Load::bytes(bytes), &[bias("a", 2)]), expected);
}

/// A proposal is copied into a model's text and into a shell: a name that would end its quotes, be
/// a pattern, or do something to the terminal is listed, escaped, but not proposed.
#[test]
fn names_that_cannot_be_copied_are_not_proposed() {
    let long = "i".repeat(500_000);
    let names = ["a\x1b[31m\nconv", "b'", "c\"", "d\\", "e=f", "g{i}", "h}", &long, "j", "k"];
    let layers = ["l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "it's", "l9"];
    let names: Vec<String> = names.iter().map(|name| format!("{name}.bias")).collect();
    let sizes: Vec<[usize; 1]> = (1..=10).map(|size| [size]).collect();
    let content: Vec<_> =
        names.iter().zip(&sizes).map(|(name, size)| (&**name, &size[..])).collect();
    let tensors: Vec<_> =
        layers.iter().zip(&sizes).map(|(layer, size)| bias(layer, size[0])).collect();
    let shown = "i".repeat(200);
    let expected = format!(
        "\
the weight file does not fit the model's 10 tensors: 20 mistakes
  missing (10):
    `l0.bias` 1
    `l1.bias` 2
    `l2.bias` 3
    `l3.bias` 4
    `l4.bias` 5
    `l5.bias` 6
    `l6.bias` 7
    `l7.bias` 8
    `it's.bias` 9
    `l9.bias` 10
  surplus (10):
    `a\\u{{1b}}[31m\\nconv.bias` 1
    `b'.bias` 2
    `c\".bias` 3
    `d\\.bias` 4
    `e=f.bias` 5
    `g{{i}}.bias` 6
    `h}}.bias` 7
    `{shown}...` 8
    `j.bias` 9
    `k.bias` 10
  help: by their shapes these renames would fit:
    rename \"k\" = \"l9\"
  or in Rust:
    .rename(\"k\", \"l9\")
  or on the command line:
    --rename 'k=l9'"
    );
    assert_eq!(text(&Load::bytes(zeros(&content)), &tensors), expected);
}
