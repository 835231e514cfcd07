//! What the emitted code of a model with `train;` calls.

pub use cnn_weights::SaveError;

pub use crate::train::{Bound, Head, Norm, Parameters, Phase, Program, Trains};
