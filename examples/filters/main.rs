//! Image filters as networks with given weights: the lecture's edge filters on its 6x6 images, then
//! blur and edges on a photo.
//!
//! `cargo run --release --example filters [-- PHOTO] [--out DIR]`
//!
//! A convolution here, as in every library for networks, is a cross-correlation: the filter lies on
//! the image as it is written, and each output is the inner product of the two. Mathematics would
//! turn the filter by 180 degrees first. The blur is symmetric and stays the same; `1 0 -1` gives +
//! where light becomes dark, turned round it would give -.

#![forbid(unsafe_code)]

mod pictures;
#[cfg(test)]
mod tests;

use cnn_examples::exit_code;
use cnn_runtime::{Image, Load, LoadError, cnn};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn! {
    /// One filter on the lecture's image: without padding it has 4x4 places.
    model Filter { input 6x6x1; conv 3x3, 1, no_bias               -> 4x4x1; }

    /// One filter on each colour by itself: a depthwise convolution.
    model Blur { input 300x260x3, u8; dw 5x5, no_bias              -> 296x256x3; }

    /// The photo in grey, as a 1x1 convolution, and two filters on it.
    model Edges {
        input 300x260x3, u8;
        conv 1x1, 1, no_bias;
        conv 3x3, 2, no_bias                                       -> 298x258x2;
    }
}

const VERTICAL: [[f32; 3]; 3] = [[1.0, 0.0, -1.0]; 3];
const HORIZONTAL: [[f32; 3]; 3] = [[1.0; 3], [0.0; 3], [-1.0; 3]];

/// A Gaussian bell, in parts of 256.
const GAUSSIAN: [[f32; 5]; 5] = [
    [1.0, 4.0, 6.0, 4.0, 1.0],
    [4.0, 16.0, 24.0, 16.0, 4.0],
    [6.0, 24.0, 36.0, 24.0, 6.0],
    [4.0, 16.0, 24.0, 16.0, 4.0],
    [1.0, 4.0, 6.0, 4.0, 1.0],
];

/// The parts of red, green and blue in brightness (ITU-R BT.601).
const GREY: [f32; 3] = [0.299, 0.587, 0.114];

const USAGE: &str = "usage: filters [PHOTO] [--out DIR]";

fn main() -> ExitCode {
    exit_code(arguments(std::env::args().skip(1)).and_then(|(photo, out)| run(&photo, &out)))
}

fn run(photo: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let half = [10.0, 10.0, 10.0, 0.0, 0.0, 0.0];
    let other_half = [0.0, 0.0, 0.0, 10.0, 10.0, 10.0];
    println!("Vertical Edge Detection\n\n{}", report([half; 6], VERTICAL)?);
    let chequered = [half, half, half, other_half, other_half, other_half];
    println!("Horizontal Edge Detection\n\n{}", report(chequered, HORIZONTAL)?);

    let photo = pictures::read(photo)?;
    let blurred = blur()?.predict_u8_boxed(&photo);
    let edges = edges()?.predict_u8_boxed(&photo);
    let panels = [
        ("original", pictures::photo(&photo)),
        ("blurred", pictures::colour(&blurred)),
        ("vertical_edges", pictures::edges(&edges, 0)),
        ("horizontal_edges", pictures::edges(&edges, 1)),
    ];
    pictures::write(out, &panels)
}

/// The lecture's blur. A depthwise `weight` has the sizes 3x1x5x5: each channel has its own filter.
fn blur() -> Result<Blur, LoadError> {
    let filter = GAUSSIAN.map(|row| row.map(|x| x / 256.0));
    let filters = [filter; 3];
    let weight = filters.as_flattened().as_flattened();
    Blur::load(Load::tensors(&[("dw1.weight", &[3, 1, 5, 5], weight)]))
}

/// Both edge filters over the grey photo.
fn edges() -> Result<Edges, LoadError> {
    let filters = [VERTICAL, HORIZONTAL];
    Edges::load(Load::tensors(&[
        ("conv1.weight", &[1, 3, 1, 1], &GREY),
        ("conv2.weight", &[2, 1, 3, 3], filters.as_flattened().as_flattened()),
    ]))
}

/// Input, kernel and result of one filter, as the lecture prints them.
fn report(input: [[f32; 6]; 6], kernel: [[f32; 3]; 3]) -> Result<String, LoadError> {
    let weight = ("conv1.weight", &[1, 1, 3, 3][..], kernel.as_flattened());
    let net = Filter::load(Load::tensors(&[weight]))?;
    let image: Image<6, 6, 1> = input.map(|row| row.map(|x| [x]));
    let output = net.predict(&image).map(|row| row.map(|[x]| x));
    Ok(format!(
        "Input Image\n{}\n\nKernel\n{}\n\nOutput/Feature maps\n{}\n",
        table(&input),
        table(&kernel),
        table(&output)
    ))
}

/// Rows of numbers in NumPy's manner.
fn table<const N: usize>(rows: &[[f32; N]]) -> String {
    let numbers = rows.as_flattened().iter().map(|x| x.to_string().len());
    let width = numbers.max().unwrap_or(0);
    let row = |row: &[f32; N]| row.map(|x| format!("{x:width$}")).join(" ");
    let rows: Vec<String> = rows.iter().map(row).collect();
    format!("[[{}]]", rows.join("]\n ["))
}

/// The photo and the folder for the pictures.
fn arguments(
    mut words: impl Iterator<Item = String>,
) -> Result<(PathBuf, PathBuf), Box<dyn Error>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut photo, mut out) = (None, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out" => out = Some(words.next().ok_or(USAGE)?.into()),
            option if option.starts_with("--") => return Err(USAGE.into()),
            _ if photo.is_some() => return Err(USAGE.into()),
            _ => photo = Some(word.into()),
        }
    }
    let photo = photo.unwrap_or_else(|| package.join("data/burn_coyote.jpg"));
    Ok((photo, out.unwrap_or_else(|| package.with_file_name("target/filters"))))
}
