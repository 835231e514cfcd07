//! What is saved is read again with the same bits, under Keras' names, and appears whole.

use crate::file::{batch_norm, bias, kernel, read};
use cnn_weights::{Load, Role, SaveError, Tensor, init, save, to_bytes};
use safetensors::SafeTensors;

fn model() -> Vec<Tensor> {
    let mut tensors = vec![
        kernel("conv1", [3, 3, 2, 5]),
        Tensor::new("dw1", Role::DepthwiseKernel, vec![3, 3, 5, 2]),
        Tensor::new("deconv1", Role::DeconvKernel { groups: 1 }, vec![2, 2, 10, 4]),
        Tensor::new("deconv2", Role::DeconvKernel { groups: 2 }, vec![2, 2, 4, 3]),
        Tensor::new("dense1", Role::DenseKernel { flattened: Some([2, 2, 6]) }, vec![24, 3]),
        bias("dense1", 3),
        Tensor::new("dense1.prelu", Role::Alpha, vec![3]),
    ];
    tensors.extend(batch_norm("conv1.bn", 5));
    tensors
}

#[test]
fn reads_back_the_same_bits() {
    let tensors = model();
    let values = init(&tensors, 1);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    for _ in 0..2 {
        save(&path, &tensors, &values).expect("saves");
        assert_eq!(read(&Load::from(&path), &tensors).expect("reads"), values);
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing but the file is left");
}

#[test]
fn names_are_keras() {
    let tensors = model();
    let bytes = to_bytes(&tensors, &init(&tensors, 1)).expect("serializes");
    let content = SafeTensors::deserialize(&bytes).expect("sound");
    let mut found: Vec<(&str, &[usize])> = Vec::new();
    let views = content.tensors();
    found.extend(views.iter().map(|(name, view)| (&**name, view.shape())));
    found.sort_unstable();
    let expected: [(&str, &[usize]); 11] = [
        ("conv1.bn.beta", &[5]),
        ("conv1.bn.gamma", &[5]),
        ("conv1.bn.moving_mean", &[5]),
        ("conv1.bn.moving_variance", &[5]),
        ("conv1.kernel", &[3, 3, 2, 5]),
        ("deconv1.kernel", &[2, 2, 4, 10]),
        ("deconv2.weight", &[4, 3, 2, 2]),
        ("dense1.bias", &[3]),
        ("dense1.kernel", &[24, 3]),
        ("dense1.prelu.alpha", &[3]),
        ("dw1.depthwise_kernel", &[3, 3, 5, 2]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_file_that_cannot_be_written_stays_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none").join("model.safetensors");
    let error = save(&path, &[bias("a", 1)], &[vec![1.0]]).expect_err("no folder");
    assert!(matches!(error, SaveError::Io { .. }));
    assert!(!path.exists());
}

#[test]
fn values_that_are_not_the_tensors() {
    let text = |tensors: &[Tensor], values: &[Vec<f32>]| {
        to_bytes(tensors, values).expect_err("does not fit").to_string()
    };
    let a = bias("a", 2);
    assert_eq!(text(std::slice::from_ref(&a), &[]), "cannot save weights: 1 tensors, but 0 arrays");
    assert_eq!(
        text(std::slice::from_ref(&a), &[vec![1.0]]),
        "cannot save weights: `a.bias` has 2 elements, 1 were given"
    );
    assert_eq!(
        text(&[a.clone(), a], &[vec![1.0; 2], vec![1.0; 2]]),
        "cannot save weights: `a.bias` occurs twice"
    );
}

/// A folder that may be written but not read cannot be opened to be synced: the file is saved all
/// the same, and no error says otherwise. Root opens every folder.
#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_synced_is_no_error() {
    use std::os::unix::fs::PermissionsExt;
    let (tensors, folder) = (model(), tempfile::tempdir().expect("a folder"));
    let (path, values) = (folder.path().join("model.safetensors"), init(&tensors, 1));
    let rights = |mode| std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(mode));
    rights(0o300).expect("changed");
    let saved = save(&path, &tensors, &values);
    rights(0o700).expect("changed back");
    saved.expect("saves");
    assert_eq!(read(&Load::from(&path), &tensors).expect("reads"), values);
}

/// A link stays a link; the file behind it becomes the new one.
#[test]
#[cfg(unix)]
fn what_a_link_names_is_saved() {
    let (tensors, folder) = (model(), tempfile::tempdir().expect("a folder"));
    let [link, file] = ["link", "file"].map(|name| folder.path().join(name));
    std::fs::write(&file, "old").expect("written");
    std::os::unix::fs::symlink("file", &link).expect("a link");
    let values = init(&tensors, 1);
    save(&link, &tensors, &values).expect("saves");
    assert!(link.is_symlink());
    assert_eq!(read(&Load::from(&file), &tensors).expect("reads"), values);
}
