//! `weights "file.safetensors" rename "a" = "b";`: read when the network is known to be right.

use std::io::ErrorKind;
use std::sync::Arc;

use cnn_weights::{Load, Tensor};

use crate::check::error::ModelError;
use crate::check::expand::Expander;
use crate::ir::Embedded;
use crate::source::Files;
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
        let bytes = files.read(&full);
        if self.failed {
            return Ok(None);
        }
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                let reason = match error.kind() {
                    ErrorKind::NotFound => "there is no such file".to_owned(),
                    _ => error.to_string(),
                };
                let path_text = path.value.clone();
                self.error(ModelError::NoWeights { at: path.span, path: path_text, reason });
                return Err(());
            }
        };
        let mut load = Load::bytes(bytes);
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
                self.error(ModelError::BadWeights { at: path.span, text: error.to_string() });
                Err(())
            }
        }
    }
}
