//! Weights of a pretrained network for one with another head.

use crate::{Body, Seven, numbers, samples};
use cnn_runtime::{Load, LoadError};
use cnn_weights::{Role, Tensor, to_bytes};

/// A file of a net, and the folder that it lies in.
fn saved(net: &Body) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body.safetensors");
    net.save(&path).expect("it is written");
    (folder, path)
}

#[test]
fn the_body_is_taken_and_the_head_is_left() {
    let (_folder, path) = saved(&Body::init(3));
    let (mut net, mut fresh) = (Seven::init(8), Seven::init(8));
    let matching = net.load_matching(&path).expect("the body fits");
    let expected = format!(
        "25 of the model's 27 tensors are those of `{}` now\n  \
         of another shape, left as they were (2):\n    \
         `dense1.kernel` is 20x4, `dense1.kernel` needs 20x7 or 1x1x20x7\n    \
         `dense1.bias` is 4, `dense1.bias` needs 7",
        path.display()
    );
    assert_eq!(matching.to_string(), expected);
    assert_eq!((matching.taken.len(), matching.left()), (25, 2));
    assert!(!matching.is_complete());

    // What is left is as it was, and what was taken is what predicts: a head of its own numbers
    // over the other's body gives the same as the whole that is loaded from both.
    let (own, fresh) = (numbers!(net), numbers!(fresh));
    let head = 20 * 7 + 7;
    let body = own.len() - head;
    let pretrained = numbers!(Body::init(3));
    assert_eq!(own[body..], fresh[body..]);
    assert_eq!(own[..body], pretrained[..body]);
    let (images, _) = samples(2, 4);
    let loaded = {
        let file = path.with_file_name("seven.safetensors");
        net.save(&file).expect("it is written");
        Seven::load(&file).expect("it fits")
    };
    let images = images.view();
    assert_eq!(net.predict_batch(images).unwrap(), loaded.predict_batch(images).unwrap());
}

#[test]
fn a_file_that_fits_wholly_leaves_nothing() {
    let (_folder, path) = saved(&Body::init(3));
    let matching = Body::init(4).load_matching(&path).expect("it fits");
    assert!(matching.is_complete());
    let text = format!("27 of the model's 27 tensors are those of `{}` now", path.display());
    assert_eq!(matching.to_string(), text);
}

/// Both sides of what has no partner are listed, and renames that would make it one.
#[test]
fn missing_and_surplus_tensors_are_listed() {
    let dense =
        |name: &'static str| Tensor::new(name, Role::DenseKernel { flattened: None }, vec![20, 4]);
    let conv = Tensor::new("conv1", Role::Kernel { groups: 1 }, vec![3, 3, 3, 8]);
    let file = to_bytes(&[conv, dense("logits")], &[vec![0.5; 216], vec![0.25; 80]]).unwrap();
    let mut net = Body::init(3);
    let load = Load::bytes(file).rename("features", "body");
    let matching = net.load_matching(load).expect("conv1 fits");
    assert_eq!(matching.taken, ["conv1.kernel"]);
    assert_eq!((matching.missing.len(), matching.surplus.len()), (26, 1));
    let text = matching.to_string();
    for part in [
        "1 of the model's 27 tensors are those of the weight file now",
        "not in the file, left as they were (26):",
        "`dense1.kernel` 20x4, or `dense1.weight` 4x20",
        "in the file alone, not read (1):\n    `logits.kernel` 20x4",
        "renames that fit no tensor (1):\n    rename \"features\" = \"body\"",
        "rename \"logits.kernel\" = \"dense1.kernel\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn nothing_is_taken_of_what_is_damaged_or_wholly_another() {
    let conv = || Tensor::new("conv1", Role::Kernel { groups: 1 }, vec![3, 3, 3, 8]);
    let mut net = Body::init(3);
    let before = numbers!(net);

    let bias = Tensor::new("other", Role::Bias, vec![4]);
    let file = to_bytes(&[bias], &[vec![0.0; 4]]).unwrap();
    let error = net.load_matching(Load::bytes(file)).unwrap_err();
    assert!(matches!(&error, LoadError::Mismatch(m) if m.missing.len() == 27), "{error}");

    let mut values = vec![0.5; 216];
    values[7] = f32::NAN;
    let gamma = Tensor::new("pair1.dw1.bn", Role::Gamma, vec![8]);
    let file = to_bytes(&[conv(), gamma], &[values, vec![2.0; 8]]).unwrap();
    let error = net.load_matching(Load::bytes(file)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the weight file does not fit the model's 27 tensors: 1 mistake\n  not finite (1):\n    \
         `conv1.kernel` has 1 element that is NaN or infinite, the first NaN at [0, 0, 0, 7]"
    );

    let error = net.load_matching("no/such/file.safetensors").unwrap_err();
    assert!(matches!(error, LoadError::Io { .. }), "{error}");
    assert_eq!(numbers!(net), before);
}
