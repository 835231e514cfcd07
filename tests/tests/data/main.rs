//! Data sets: arrays and files in, samples out; what is damaged or does not belong together in, one
//! clear error out.

mod arrays;
mod augment;
mod batches;
mod folders;
mod idx;
mod masks;
mod photos;
mod real;
mod stored;

#[path = "../given/mod.rs"]
mod given;

use cnn_runtime::data::{Dataset, Draw};
use std::path::Path;

/// A sample in vectors of its own.
fn sample(data: &impl Dataset, index: usize, draw: Option<Draw>) -> (Vec<f32>, Vec<f32>) {
    let mut image = vec![f32::NAN; data.sizes().iter().product()];
    let mut target = vec![f32::NAN; data.pixels().iter().product::<usize>() * data.classes()];
    data.read(index, draw, &mut image, &mut target).expect("the sample is there");
    (image, target)
}

/// A message with `/` between folders, as on every system, and without this folder before them.
fn within(folder: &Path, message: &str) -> String {
    let slashes = |text: &str| text.replace(std::path::MAIN_SEPARATOR, "/");
    slashes(message).replace(&format!("{}/", slashes(&folder.display().to_string())), "")
}
