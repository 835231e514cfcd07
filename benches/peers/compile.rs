//! A part of the build script: the networks of `cnn-peers`.
//!
//! In: the models beside, and `mobilenet.npz` of the folder `PEERS_ARTIFACTS`, else of
//! `target/peers/artifacts`. Out: their Rust; where there is such a file, MobileNetV1 carries its
//! weights and the cfg `embedded` is set.

use crate::archive::{self, Stored};
use cnn_dsl::build::Build;
use safetensors::tensor::{Dtype, TensorView};
use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the artifacts are if nothing else is said.
const ARTIFACTS: &str = "../target/peers/artifacts";

pub fn compile() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=PEERS_ARTIFACTS");
    println!("cargo::rerun-if-changed=peers/mobilenet.cnn");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let artifacts = env::var_os("PEERS_ARTIFACTS").map_or(ARTIFACTS.into(), PathBuf::from);
    let weights = artifacts.join("mobilenet.npz");
    println!("cargo::rerun-if-changed={}", weights.display());
    let mut text = fs::read_to_string("peers/mobilenet.cnn")?;
    if weights.exists() {
        embed(&weights, &out.join("mobilenet.safetensors"))?;
        println!("cargo::rustc-cfg=embedded");
        let (model, carrying) = ("model MobileNet {", "weights \"mobilenet.safetensors\";");
        text = text.replace(model, &format!("{model}\n    {carrying}"));
    }
    fs::write(out.join("mobilenet.cnn"), text)?;
    Build::new().file(out.join("mobilenet.cnn")).file("peers/networks.cnn").compile()?;
    Ok(())
}

/// Writes MobileNet's arrays as a weight file.
fn embed(archive: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let arrays = archive::read(archive)?;
    let bytes = |stored: &Stored| {
        let values = stored.array.iter().flat_map(|x| x.to_le_bytes());
        (format!("{}.{}", model_name(&stored.layer), stored.tensor), values.collect::<Vec<_>>())
    };
    let named: Vec<(String, Vec<u8>)> = arrays.iter().map(bytes).collect();
    let views = named.iter().zip(&arrays).map(|((name, bytes), stored)| {
        let view = TensorView::new(Dtype::F32, stored.array.shape().to_vec(), bytes)?;
        Ok((name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    safetensors::serialize_to_file(views, None, file)?;
    Ok(())
}

/// `conv0` is the first convolution, `conv1` the depthwise one of the first block, `conv2` its
/// pointwise one, and so on; `bn2` is the batch norm of `conv2`.
fn model_name(stored: &str) -> String {
    let (suffix, digits) = match (stored.strip_prefix("conv"), stored.strip_prefix("bn")) {
        (Some(digits), _) => ("", digits),
        (None, Some(digits)) => (".bn", digits),
        (None, None) => return "dense1".to_owned(),
    };
    match digits.parse::<usize>() {
        Ok(0) => format!("conv1{suffix}"),
        Ok(index) if index % 2 == 1 => format!("separable{}.dw1{suffix}", index.div_ceil(2)),
        Ok(index) => format!("separable{}.conv1{suffix}", index / 2),
        Err(_) => stored.to_owned(),
    }
}
