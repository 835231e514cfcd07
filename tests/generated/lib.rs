//! Random networks, emitted: what the test `executors` compares.

#![allow(missing_docs, reason = "made for one test")]

use cnn_runtime::{InstructionSet, Load, Zeros};

pub mod generator;
pub mod networks;
pub mod random;

/// Runs a network with the weights of a safetensors file on one sample.
pub type Run = fn(InstructionSet, &[u8], &[Vec<f32>]) -> Vec<Vec<f32>>;
/// The same on bytes; nothing comes of a network that takes none.
pub type RunBytes = fn(InstructionSet, &[u8], &[Vec<u8>]) -> Vec<Vec<f32>>;

mod models {
    cnn_runtime::include_models!();
}
use models::*;

include!(concat!(env!("OUT_DIR"), "/runners.rs"));
