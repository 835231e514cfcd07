//! The models of `examples/models`: by file, by name and with parameters, checked.

use std::path::{Path, PathBuf};

use cnn_dsl::check::{Request, Selection, check};
use cnn_dsl::diagnostic::render;
use cnn_dsl::ir::Network;
use cnn_dsl::source::{Disk, FileId, SourceFile, Sources, Span};
use cnn_dsl::syntax::{Program, expression};

/// The folder that holds one file a family.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models")
}

/// The names of its files without `.cnn`, sorted; `blocks/` holds no models.
pub fn files() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "cnn"))
        .map(|path| path.file_stem().expect("a name").to_str().expect("ASCII").to_owned())
        .collect();
    names.sort();
    names
}

/// Every model and instance of a file with its defaults, in text order.
pub fn networks(file: &str) -> Vec<Network> {
    checked(file, |_| Selection::All)
}

/// One model of a file with parameters: `("size", "32")`.
pub fn network(file: &str, model: &str, parameters: &[(&str, &str)]) -> Network {
    let nowhere = Span { file: FileId(0), start: 0, end: 0 };
    let request = |sources: &mut Sources| {
        let parameters = parameters.iter().map(|(name, value)| {
            let text = (*value).to_owned();
            let argument = SourceFile { name: (*name).to_owned(), folder: PathBuf::new(), text };
            let argument = sources.add(argument);
            ((*name).to_owned(), nowhere, expression(sources, argument).expect("a value"))
        });
        let parameters = parameters.collect();
        let model = Some((model.to_owned(), nowhere));
        Selection::Some(vec![Request { model, parameters, ..Request::default() }])
    };
    checked(file, request).into_iter().next().expect("the model that was asked for")
}

/// Every model and instance of a file, as if each said `train;`; else what is in the way.
pub fn trained(file: &str) -> Result<Vec<Network>, String> {
    let text = text(file).replace("\n    input ", "\n    train;\n    input ");
    of_text(file, text, |_| Selection::All)
}

fn checked(file: &str, selection: impl FnOnce(&mut Sources) -> Selection) -> Vec<Network> {
    of_text(file, text(file), selection).unwrap_or_else(|errors| panic!("{errors}"))
}

fn text(file: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{file}.cnn"))).expect("readable")
}

fn of_text(
    file: &str,
    text: String,
    selection: impl FnOnce(&mut Sources) -> Selection,
) -> Result<Vec<Network>, String> {
    let mut sources = Sources::default();
    let root = sources.add(SourceFile { name: format!("{file}.cnn"), folder: folder(), text });
    let mut disk = Disk::default();
    let report = |errors: &[_], sources: &Sources| -> String {
        errors.iter().map(|error| render(error, sources)).collect::<Vec<_>>().join("\n")
    };
    let program =
        Program::load(&mut sources, root, &mut disk).map_err(|errors| report(&errors, &sources))?;
    let selection = selection(&mut sources);
    let checked = check(&program, &sources, &selection, &mut disk);
    let errors = checked.diagnostics.into_vec();
    if !errors.is_empty() {
        return Err(report(&errors, &sources));
    }
    Ok(checked.models.into_iter().map(|model| model.expect("no error, no stub")).collect())
}
