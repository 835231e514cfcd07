//! What the emitted code of a model with `train;` calls.

pub use cnn_weights::SaveError;

pub use crate::train::{Bound, Head, Memory, Norm, Parameters, Phase, Program, Trains};

/// What the functions of a model that does not compile would do: they never run.
///
/// # Panics
/// Always.
pub fn no_model() -> ! {
    unreachable!("the model does not compile")
}
