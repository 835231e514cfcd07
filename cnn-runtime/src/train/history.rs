//! What happened in each epoch, and the same as CSV.

use std::fmt::{self, Display};
use std::io;
use std::path::Path;

/// One epoch of training.
#[derive(Debug, Clone, PartialEq)]
pub struct Epoch {
    /// Its number, from 1 on.
    pub epoch: usize,
    /// The mean loss of the training samples, each as it was in its batch, before the step; with the
    /// share of L2 weight decay, as Keras shows it.
    pub loss: f64,
    /// The share of the training samples that were right in their batches.
    pub accuracy: f64,
    /// The mean loss of the validation samples after the epoch, with the share of L2 weight decay.
    pub val_loss: Option<f64>,
    /// The share of the validation samples that are right after the epoch.
    pub val_accuracy: Option<f64>,
    /// The learning rate of its last batch.
    pub learning_rate: f64,
    /// Training samples a second, without validation.
    pub samples_per_second: f64,
}

/// All epochs of a training, those before an interruption too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
}

impl History {
    /// The last epoch, if there was one.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// As CSV: a line of names, then a line an epoch. What was not measured is empty; numbers have as
    /// many digits as they need to be read back the same.
    pub fn to_csv(&self) -> String {
        let mut csv =
            "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,samples_per_second\n"
                .to_owned();
        let known = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
        for e in &self.epochs {
            let validation = [e.val_loss, e.val_accuracy].map(known).join(",");
            let Epoch { epoch, loss, accuracy, learning_rate, samples_per_second, .. } = e;
            csv += &format!(
                "{epoch},{loss},{accuracy},{validation},{learning_rate},{samples_per_second:.1}\n"
            );
        }
        csv
    }

    /// Writes [`to_csv`](Self::to_csv) into a file, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> io::Result<()> {
        cnn_weights::replace_file(path, self.to_csv().as_bytes())
    }
}

/// `loss 0.3021, accuracy 91.20 %, val_loss 0.2510, val_accuracy 92.75 %, 52341 samples/s`.
impl Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}, accuracy {:.2} %", self.loss, 100.0 * self.accuracy)?;
        if let Some(loss) = self.val_loss {
            write!(f, ", val_loss {loss:.4}")?;
        }
        if let Some(accuracy) = self.val_accuracy {
            write!(f, ", val_accuracy {:.2} %", 100.0 * accuracy)?;
        }
        write!(f, ", {:.0} samples/s", self.samples_per_second)
    }
}
