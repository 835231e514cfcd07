//! The grammar as its users meet it.

use std::path::PathBuf;

use cnn_dsl::diagnostic::Diagnostic;
use cnn_dsl::source::{FileId, SourceFile, Sources};
use cnn_dsl::syntax::{ast, parse};

fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = SourceFile { name: "a.cnn".into(), folder: PathBuf::new(), text: text.into() };
    let id = sources.add(file);
    (sources, id)
}

fn read(text: &str) -> Result<ast::File, Diagnostic> {
    let (sources, id) = sources(text);
    parse(&sources, id)
}

#[test]
fn the_texts_of_the_language_reference_parse() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/frontend");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        if let Err(error) = read(&text) {
            panic!("{error:?} at {}", &text[error.primary.span.start as usize..]);
        }
    }
}
