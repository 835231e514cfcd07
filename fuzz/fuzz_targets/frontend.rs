//! Any text through the front end: no panic, no hang, and every place that is named lies inside
//! its text on character boundaries.

#![no_main]

use std::io;
use std::path::{Path, PathBuf};

use cnn_dsl::check::{Selection, check};
use cnn_dsl::diagnostic::{Diagnostic, render};
use cnn_dsl::source::{Files, SourceFile, Sources, Span};
use cnn_dsl::syntax::{Program, model_names};
use libfuzzer_sys::fuzz_target;

/// The text itself under one name, so that `use` has something to follow; nothing else exists.
struct OneFile<'t>(&'t str);

impl Files for OneFile<'_> {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        match path.file_name() {
            Some(name) if name == "blocks.cnn" => Ok(self.0.as_bytes().to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn assert_inside(sources: &Sources, span: Span) {
    let text = &sources.file(span.file).text;
    assert!(span.start <= span.end, "{span:?}");
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
}

fn assert_sound(sources: &Sources, diagnostic: &Diagnostic) {
    for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.labels) {
        assert_inside(sources, label.span);
    }
    assert!(render(diagnostic, sources).starts_with("error["));
}

fuzz_target!(|text: &str| {
    let mut files = OneFile(text);
    let mut sources = Sources::default();
    let name = "root.cnn".to_owned();
    let root = sources.add(SourceFile { name, folder: PathBuf::new(), text: text.to_owned() });
    for (_, name) in model_names(&sources, root) {
        assert_inside(&sources, name.span);
    }
    match Program::load(&mut sources, root, &mut files) {
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(|error| assert_sound(&sources, error));
        }
        Ok(program) => {
            let checked = check(&program, &sources, &Selection::All, &mut files);
            for diagnostic in checked.diagnostics.into_vec() {
                assert_sound(&sources, &diagnostic);
            }
        }
    }
});
