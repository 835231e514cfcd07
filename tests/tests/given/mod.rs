//! Weight files made on the spot, and the shared data where it is there.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;

use safetensors::tensor::{Dtype, TensorView};

/// A safetensors file of `f32` tensors.
pub fn safetensors(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, _, data)| data.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), data)| {
        (
            *name,
            TensorView::new(Dtype::F32, shape.to_vec(), data)
                .expect("as many numbers as the shape says"),
        )
    });
    safetensors::serialize(views, None).expect("a file")
}

/// A folder of the shared data, which stands beside the repository; `None`, with a printed line,
/// where it does not.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: `{}` is not there", path.display());
    None
}
