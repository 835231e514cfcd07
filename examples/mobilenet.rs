//! Classifies a photo with MobileNetV1, compiled from `models/mobilenet.cnn` by the build script.
//!
//! `cargo run --release --example mobilenet -- [PHOTO] --weights FILE [--rename P=P]...`
//!
//! FILE is Keras' `MobileNet(alpha=0.75)` for 224x224 as safetensors, its tensors named as Keras names
//! them. Other names are brought to the model's by `--rename`, which replaces [`KERAS`].

#![forbid(unsafe_code)]

use cnn_examples::exit_code;
use cnn_runtime::{Bytes, Load};
use image::imageops::{FilterType, resize};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn_runtime::include_models!();

/// The tensors' names in Keras' file and in the model. `conv1/kernel` is the same in both.
const KERAS: [(&str, &str); 6] = [
    ("conv1_bn", "conv1.bn"),
    ("conv_dw_{i}", "separable{i}.dw1"),
    ("conv_dw_{i}_bn", "separable{i}.dw1.bn"),
    ("conv_pw_{i}", "separable{i}.conv1"),
    ("conv_pw_{i}_bn", "separable{i}.conv1.bn"),
    ("conv_preds", "dense1"),
];

/// One line a class, in the order of the model's outputs.
const LABELS: &str = include_str!("data/labels_1000.txt");

/// How many classes are printed.
const TOP: usize = 5;

const USAGE: &str = "usage: mobilenet [PHOTO] --weights FILE [--rename P=P]...";

struct Arguments {
    photo: PathBuf,
    weights: Load,
}

fn main() -> ExitCode {
    exit_code(arguments(std::env::args().skip(1)).and_then(|arguments| run(&arguments)))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let net = MobileNetV1::load(arguments.weights.clone())?;
    let photo = photo(&arguments.photo)?;
    let probabilities = net.predict_u8(&photo);
    let mut ranked: Vec<(f32, &str)> = probabilities.into_iter().zip(LABELS.lines()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (probability, label) in ranked.iter().take(TOP) {
        println!("{:6.2} %  {label}", 100.0 * probability);
    }
    Ok(())
}

/// The photo as the weights were tested with it: squashed to a square without regard to its
/// proportions, by bilinear interpolation whose window grows with the reduction (Pillow's
/// `BILINEAR`). `Triangle` is the same filter; the JPEG decoders differ, so that bytes of the shipped
/// photo are up to 2 off, and its first class gets 96.55 % where Keras gives 96.43 %.
fn photo(path: &Path) -> Result<Box<Bytes<224, 224, 3>>, Box<dyn Error>> {
    let square = resize(&cnn_runtime::data::photo(path)?, 224, 224, FilterType::Triangle);
    let mut bytes = Box::new([[[0; 3]; 224]; 224]);
    bytes.as_flattened_mut().as_flattened_mut().copy_from_slice(square.as_raw());
    Ok(bytes)
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/burn_coyote.jpg");
    let (mut photo, mut weights, mut renames) = (None, None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--weights" => weights = Some(words.next().ok_or(USAGE)?),
            "--rename" => renames.push(words.next().ok_or(USAGE)?),
            option if option.starts_with("--") => return Err(USAGE.into()),
            _ if photo.is_some() => return Err(USAGE.into()),
            _ => photo = Some(PathBuf::from(word)),
        }
    }
    let mut load = Load::file(weights.ok_or(USAGE)?);
    for rename in &renames {
        let (from, to) = rename.split_once('=').ok_or(USAGE)?;
        load = load.rename(from, to);
    }
    if renames.is_empty() {
        load = KERAS.iter().fold(load, |load, (from, to)| load.rename(*from, *to));
    }
    Ok(Arguments { photo: photo.unwrap_or(shipped), weights: load })
}
