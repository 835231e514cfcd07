//! Image filters as networks with given weights: the lecture's edge filters on its 6x6 images, then
//! blur and edges on a photo.
//!
//! `cargo run --release --example filters [-- PHOTO] [--out DIR]`
//!
//! A convolution here, as in every library for networks, is a cross-correlation: the filter lies on
//! the image as it is written and each output is the inner product of the two. Mathematics would
//! turn the filter by 180 degrees first. A symmetric blur is the same either way; `1 0 -1` finds the
//! step from light to dark as +, turned round it would be -.

#![forbid(unsafe_code)]

mod pictures;
#[cfg(test)]
mod tests;

use cnn_runtime::{Bytes, Image, Load, LoadError, cnn};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

cnn! {
    /// One filter of 3x3 on a 6x6 image. Without padding 4x4 places are left for it.
    model Filter { input 6x6x1; conv 3x3, 1, no_bias -> 4x4x1; }

    /// The blur has one filter and uses it on each colour by itself: a depthwise convolution.
    model Blur { input 300x260x3, u8; dw 5x5, no_bias -> 296x256x3; }

    /// Two filters on the photo in grey: one convolution with two channels.
    model Edges {
        input 300x260x3, u8;
        conv 1x1, 1, no_bias               -> 300x260x1;      // a weight for each colour
        conv 3x3, 2, no_bias               -> 298x258x2;
    }
}

const VERTICAL: [[f32; 3]; 3] = [[1.0, 0.0, -1.0]; 3];
const HORIZONTAL: [[f32; 3]; 3] = [[1.0; 3], [0.0; 3], [-1.0; 3]];

/// Sixteenths; the outer product with itself is the lecture's filter of 5x5 with its 1/256.
const BINOMIAL: [f32; 5] = [1.0, 4.0, 6.0, 4.0, 1.0];

/// How much red, green and blue add to what the eye takes for brightness (ITU-R BT.601).
const GREY: [f32; 3] = [0.299, 0.587, 0.114];

const USAGE: &str = "usage: filters [PHOTO] [--out DIR]";
