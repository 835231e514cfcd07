//! Where the weights of a run come from.

use crate::args::{Pair, Run};
use crate::error::Error;
use cnn_dsl::ir::Network;
use cnn_weights::{Load, Tensor};
use std::path::PathBuf;

/// A source of weights.
pub enum Source {
    /// Random ones.
    Seed(u64),
    /// A file, with renames.
    File {
        /// The file.
        path: PathBuf,
        /// The file's names and the model's.
        renames: Vec<Pair>,
    },
    /// The model's own.
    Embedded,
}

impl Source {
    /// What the command line says, else the weights that the model carries.
    pub fn new(network: &Network, arguments: &Run) -> Result<Self, Error> {
        let path = arguments.weights.clone();
        match (path, arguments.seed, network.embedded.is_some()) {
            (Some(path), _, _) => Ok(Self::File { path, renames: arguments.rename.clone() }),
            (None, Some(seed), _) => Ok(Self::Seed(seed)),
            (None, None, true) => Ok(Self::Embedded),
            (None, None, false) => Err(Error::NoWeights),
        }
    }

    /// The tensors in the order of the network, in canonical layout.
    pub fn tensors(&self, network: &Network) -> Result<Vec<Vec<f32>>, Error> {
        let tensors: Vec<Tensor> = network.tensors().cloned().collect();
        match self {
            Self::Seed(seed) => Ok(cnn_weights::init(&tensors, *seed)),
            Self::File { path, renames } => {
                let renamed = |load: Load, pair: &Pair| load.rename(&pair.key, &pair.value);
                let load = renames.iter().fold(Load::file(path), renamed);
                let ignored: Vec<Tensor> =
                    network.aux.iter().flat_map(|head| head.tensors.iter().cloned()).collect();
                cnn_weights::read(&load, &tensors, &ignored)
                    .map_err(|error| Error::Weights(error.to_string()))
            }
            Self::Embedded => {
                let embedded = network.embedded.as_ref();
                Ok(embedded.map_or(Vec::new(), |embedded| embedded.values.to_vec()))
            }
        }
    }
}
