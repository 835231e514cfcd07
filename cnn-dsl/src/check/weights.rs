//! `weights "file.safetensors" rename "a" = "b";`: read when the network is known to be right.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use cnn_weights::{Load, LoadError, Tensor};

use crate::check::error::ModelError;
use crate::check::expand::Expander;
use crate::ir::Embedded;
use crate::source::{Files, Place};
use crate::syntax::ast::Text;

impl<'a> Expander<'a> {
    /// Remembers the statement.
    pub(super) fn weights(&mut self, path: &'a Text, renames: &'a [(Text, Text)]) {
        if self.ghost > 0 {
            return;
        }
        if let Some((first, _)) = self.declared.weights {
            let (at, first) = (path.span, first.span);
            self.error(ModelError::StatementTwice { what: "weights", at, first });
            return;
        }
        self.declared.weights = Some((path, renames));
    }

    /// Reads the file, if the model has one and no error. The path is relative to the folder of the
    /// text that names it.
    ///
    /// # Errors
    /// Where the file does not fit; it is reported.
    pub(super) fn embed(&mut self, files: &mut dyn Files) -> Result<Option<Embedded>, ()> {
        let Some((path, renames)) = self.declared.weights else { return Ok(None) };
        let full = self.sources.file(path.span.file).folder.join(&path.value);
        let place = files.weights(&full);
        if self.failed {
            return Ok(None);
        }
        let mut load = match place {
            Ok(Place::Disk(file)) => Load::file(file),
            Ok(Place::Memory(bytes)) => Load::bytes(bytes),
            Err(error) => {
                self.error(no_weights(path, &error));
                return Err(());
            }
        };
        for (from, to) in renames {
            load = load.rename(from.value.as_str(), to.value.as_str());
        }
        let wanted: Vec<Tensor> =
            self.network.weights.iter().flat_map(|w| w.tensors.iter().cloned()).collect();
        let ignored: Vec<Tensor> =
            self.network.aux.iter().flat_map(|a| a.tensors.iter().cloned()).collect();
        match cnn_weights::read(&load, &wanted, &ignored) {
            Ok(values) => Ok(Some(Embedded { path: path.value.clone(), values: Arc::new(values) })),
            Err(error) => {
                self.error(bad_weights(path, error));
                Err(())
            }
        }
    }
}

fn no_weights(path: &Text, error: &io::Error) -> ModelError {
    let reason = match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    ModelError::NoWeights { at: path.span, path: path.value.clone(), reason }
}

/// The file is called what the model calls it, wherever it is.
fn bad_weights(path: &Text, error: LoadError) -> ModelError {
    let file = format!("`{}`", path.value);
    let error = match error {
        LoadError::Io { path: _, source } => return no_weights(path, &source),
        LoadError::NotAFile { path: _, found } => {
            LoadError::NotAFile { path: (&path.value).into(), found }
        }
        LoadError::Damaged { file: _, reason } => LoadError::Damaged { file, reason },
        LoadError::Mismatch(mut mismatch) => {
            mismatch.file = file;
            LoadError::Mismatch(mismatch)
        }
        other => other,
    };
    ModelError::BadWeights { at: path.span, text: error.to_string() }
}
