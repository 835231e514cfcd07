//! Data sets: arrays and files in, samples out; what is damaged or does not belong together in, one
//! clear error out.

mod arrays;
mod augment;
mod batches;
mod idx;
mod real;

#[path = "../given/mod.rs"]
mod given;

use cnn_runtime::data::{Dataset, Draw};

/// A sample in vectors of its own.
fn sample(data: &impl Dataset, index: usize, draw: Option<Draw>) -> (Vec<f32>, Vec<f32>) {
    let mut image = vec![f32::NAN; data.sizes().iter().product()];
    let mut target = vec![f32::NAN; data.classes()];
    data.read(index, draw, &mut image, &mut target).expect("the sample is there");
    (image, target)
}
