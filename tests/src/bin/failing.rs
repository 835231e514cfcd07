//! A program that ends as users' programs do, `main` giving the error away: Rust prints it by `Debug`.
//!
//! `failing load`, `failing save`, `failing build` and `failing shape` fail at what they say.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;

use cnn_dsl::build::{Build, BuildError};
use cnn_runtime::{Image, Load, LoadError, ShapeError, cnn, image};
use cnn_weights::{SaveError, save};
use ndarray::Array3;

cnn! {
    model Digits { input 2x2x1; flatten; dense 2; }
}

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        Some("load") => load()?,
        Some("save") => write()?,
        Some("build") => build()?,
        Some("shape") => shape()?,
        _ => return Err("usage: failing load, save, build or shape".into()),
    }
    Ok(())
}

fn load() -> Result<(), LoadError> {
    let weights =
        Load::tensors(&[("dense1.weight", &[2, 3], &[0.0; 6]), ("head.bias", &[1], &[0.0])]);
    Digits::load(weights).map(|_net| ())
}

fn write() -> Result<(), SaveError> {
    save(Path::new("no such folder/net.safetensors"), &[], &[])
}

fn build() -> Result<(), BuildError> {
    Build::new().file("missing.cnn").out_dir("no such folder").compile()
}

fn shape() -> Result<(), ShapeError> {
    let tensor = Array3::<f32>::zeros((28, 28, 1));
    image(&tensor.view()).map(|_: &Image<2, 2, 1>| ())
}
