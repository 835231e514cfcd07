//! Programs given as texts, checked.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use cnn_dsl::check::{Checked, Request, Selection, check};
use cnn_dsl::diagnostic::{Diagnostic, render};
use cnn_dsl::ir::{Network, Shape};
use cnn_dsl::source::{FileId, Files, SourceFile, Sources, Span};
use cnn_dsl::syntax::{Program, expression};

/// Files that live in memory.
#[derive(Debug, Default)]
pub struct Table(pub HashMap<PathBuf, Vec<u8>>);

impl Files for Table {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let folder = PathBuf::new();
    let file = SourceFile { name: "test.cnn".to_owned(), folder, text: text.to_owned() };
    let root = sources.add(file);
    (sources, root)
}

/// A text, checked by a selection and with files around it.
pub fn checked(text: &str, selection: &Selection, files: &mut Table) -> (Checked, Sources) {
    let (mut sources, root) = sources(text);
    let program = Program::load(&mut sources, root, files);
    let program = program.unwrap_or_else(|errors| panic!("{}", report(&errors, &sources)));
    (check(&program, &sources, selection, files), sources)
}

/// The reports of errors, one after the other.
pub fn report(errors: &[Diagnostic], sources: &Sources) -> String {
    errors.iter().map(|error| render(error, sources)).collect::<Vec<_>>().join("\n")
}

/// Every model of a text that has no error.
pub fn networks(text: &str) -> Vec<Network> {
    let (checked, sources) = checked(text, &Selection::All, &mut Table::default());
    let errors = checked.diagnostics.into_vec();
    assert!(errors.is_empty(), "{}", report(&errors, &sources));
    checked.models.into_iter().map(|model| model.expect("no error, no stub")).collect()
}

/// The first model of a text that has no error.
pub fn network(text: &str) -> Network {
    networks(text).into_iter().next().expect("a model")
}

/// A model of a text with parameters: `("alpha", "0.75")`.
pub fn with(text: &str, model: &str, parameters: &[(&str, &str)]) -> Network {
    let nowhere = Span { file: FileId(0), start: 0, end: 0 };
    let (mut sources, root) = sources(text);
    let parameters = parameters.iter().map(|(name, value)| {
        let file = sources.add(SourceFile {
            name: "argument".to_owned(),
            folder: PathBuf::new(),
            text: (*value).to_owned(),
        });
        ((*name).to_owned(), nowhere, expression(&sources, file).expect("a value"))
    });
    let model = Some((model.to_owned(), nowhere));
    let parameters = parameters.collect();
    let request = Request { model, parameters, ..Request::default() };
    let files = &mut Table::default();
    let program = Program::load(&mut sources, root, files).expect("it parses");
    let checked = check(&program, &sources, &Selection::Some(vec![request]), files);
    let errors = checked.diagnostics.into_vec();
    assert!(errors.is_empty(), "{}", report(&errors, &sources));
    checked.models.into_iter().next().expect("one model").expect("no error, no stub")
}

/// `code: message` of every error of a text.
pub fn errors(text: &str) -> Vec<String> {
    let (checked, _) = checked(text, &Selection::All, &mut Table::default());
    let errors = checked.diagnostics.into_vec();
    errors.iter().map(|error| format!("{}: {}", error.code, error.message)).collect()
}

/// Names of layers and the shape each gives.
pub fn layers(network: &Network) -> Vec<(String, String)> {
    let layer = |layer: &cnn_dsl::ir::Layer| {
        let shapes = layer.outputs.iter().map(|&v| network.shape(v).to_string());
        (layer.name.clone(), shapes.collect::<Vec<_>>().join(" "))
    };
    network.layers.iter().map(layer).collect()
}

/// Names of layers.
pub fn names(network: &Network) -> Vec<&str> {
    network.layers.iter().map(|layer| layer.name.as_str()).collect()
}

/// The shape of the only output.
pub fn output(network: &Network) -> Shape {
    assert_eq!(network.outputs.len(), 1);
    network.shape(network.outputs[0].value)
}
