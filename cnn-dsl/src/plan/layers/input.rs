//! The user's image, preprocessed, into the arena.

use crate::ir::Preprocess;
use crate::plan::layers::{Kernel, View};

/// Reads the user's dense NHWC image, `f32` or bytes, and writes the first value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Input {
    /// Which input of the network.
    pub index: usize,
    /// What is done to each number.
    pub preprocess: Preprocess,
    /// Result.
    pub y: View,
}

/// The kernel of an input.
pub(in crate::plan) fn kernel(index: usize, preprocess: &Preprocess, y: View) -> Kernel {
    Kernel::Input(Input { index, preprocess: preprocess.clone(), y })
}
