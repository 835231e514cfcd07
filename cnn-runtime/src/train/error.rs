//! Why training or evaluation ended early. Data first, the text by `Display`.

use super::checkpoint::CheckpointError;
use crate::data::DataError;
use cnn_weights::SaveError;
use std::error::Error;
use std::fmt;

/// Why training or evaluation ended early.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// What was asked for makes no sense. Nothing has changed.
    #[error("cannot train so: {reason}")]
    Settings {
        /// What is wrong.
        reason: String,
    },
    /// The samples are not of the network's sizes. Nothing has changed.
    #[error("the samples do not fit the network: {reason}")]
    Samples {
        /// What is wrong.
        reason: String,
    },
    /// A sample could not be read. The parameters are those after the batch before it.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The loss is not finite. The parameters are those of the last good epoch.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// A checkpoint could not be written or is not of this run.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A file could not be saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A callback gave an error.
    #[error("a callback ended the training: {0}")]
    Callback(Box<dyn Error + Send + Sync>),
}

impl fmt::Debug for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where training left the numbers that `f32` has.
#[derive(Debug, Clone, PartialEq)]
pub struct Diverged {
    /// The epoch, from 1 on.
    pub epoch: usize,
    /// The batch in it, from 1 on; `None` at the epoch's end: in validation, or in the parameters.
    pub batch: Option<usize>,
    /// The loss.
    pub loss: f64,
    /// The first layer of which a value is NaN or infinite; `None` where that is the loss alone.
    pub layer: Option<String>,
    /// The learning rate of the batch.
    pub learning_rate: f64,
    /// The epoch after which the parameters were as they are now; 0 for those before training.
    pub kept: usize,
}

impl fmt::Display for Diverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, batch, loss, layer, learning_rate, kept } = self;
        match batch {
            Some(batch) => write!(f, "training diverged in epoch {epoch}, batch {batch}: ")?,
            None => write!(f, "training diverged at the end of epoch {epoch}: ")?,
        }
        match layer {
            Some(layer) => {
                write!(
                    f,
                    "the loss is {loss}, and the values of `{layer}` are the first that are not finite"
                )?;
            }
            None => write!(f, "the loss is {loss}, though the values of all layers are finite")?,
        }
        match kept {
            0 => write!(f, "; the parameters are again those before the training")?,
            epoch => write!(f, "; the parameters are again those after epoch {epoch}")?,
        }
        write!(
            f,
            ". A learning rate below {learning_rate}, a warm-up or clipped gradients may help"
        )
    }
}

impl Error for Diverged {}
