//! Programs of several files, and names in texts that do not parse.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::sources;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Files, SourceFile, Sources};
use crate::syntax::ast::Visibility;
use crate::syntax::scan::MAX_BYTES;
use crate::syntax::{Program, model_names};

/// Files of a table; counts what is read.
#[derive(Default)]
struct Table {
    files: HashMap<PathBuf, Vec<u8>>,
    read: Vec<PathBuf>,
}

impl Table {
    fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl Files for Table {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.read.push(path.to_owned());
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn load(text: &str, files: &mut dyn Files) -> (Sources, Result<Program, Vec<Diagnostic>>) {
    let mut sources = Sources::default();
    let file =
        SourceFile { name: "nets/a.cnn".into(), folder: "/p/nets".into(), text: text.into() };
    let root = sources.add(file);
    let program = Program::load(&mut sources, root, files);
    (sources, program)
}

#[test]
fn used_files_are_read_once_each_from_their_users_folder() {
    let mut files = Table::default()
        .with("/p/nets/b/c.cnn", "use \"../d.cnn\"; use \"./e.cnn\";")
        .with("/p/nets/b/../d.cnn", "\u{feff}block d { relu; }")
        .with("/p/nets/b/./e.cnn", "use \"../d.cnn\";\r\nblock e {\r\n relu; }\r\n");
    let text = "use \"b/c.cnn\"; use \"d.cnn\"; use \"b/../b/c.cnn\"; model A { relu; }";
    let (sources, program) = load(text, &mut files);
    let program = program.unwrap();
    let names: Vec<&str> = program.files.iter().map(|(id, _)| &*sources.file(*id).name).collect();
    assert_eq!(names, ["nets/a.cnn", "nets/b/c.cnn", "nets/d.cnn", "nets/b/e.cnn"]);
    assert_eq!(files.read.len(), 3);
}

#[test]
fn a_macro_call_names_its_files_as_written() {
    let mut files = Table::default().with("/p/b/c.cnn", "block c { relu; }");
    let mut sources = Sources::default();
    let text = "use \"b/c.cnn\";".to_owned();
    let root = sources.add(SourceFile { name: "src/main.rs".into(), folder: "/p".into(), text });
    Program::load(&mut sources, root, &mut files).unwrap();
    assert_eq!(sources.file(FileId(1)).name, "b/c.cnn");
    assert_eq!(sources.file(FileId(1)).folder, Path::new("/p/b"));
}

#[test]
fn a_file_that_uses_others_without_end_is_refused() {
    struct Endless;
    impl Files for Endless {
        fn read(&mut self, _: &Path) -> io::Result<Vec<u8>> {
            Ok(b"use \"x/a.cnn\"; use \"y/a.cnn\";".to_vec())
        }
    }
    let (_, program) = load("use \"x/a.cnn\";", &mut Endless);
    let errors = program.unwrap_err();
    assert!(errors.iter().all(|error| error.code == "too_many_files"));
}

#[test]
fn a_large_file_is_one_error_where_it_is_used() {
    let mut files = Table::default().with("/p/nets/b.cnn", vec![b' '; MAX_BYTES + 1]);
    let (sources, program) = load("use \"b.cnn\";", &mut files);
    let errors = program.unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].code, sources.text(errors[0].primary.span)), ("too_large", "\"b.cnn\""));
}

#[test]
fn every_file_reports_its_own_error() {
    let mut files = Table::default()
        .with("/p/nets/b.cnn", "block {}")
        .with("/p/nets/c.cnn", b"\xff".to_vec())
        .with("/p/nets/d.cnn", "use \"a.cnn\";");
    let (_, program) =
        load("use \"b.cnn\"; use \"c.cnn\"; use \"d.cnn\"; use \"e.cnn\";", &mut files);
    let codes: Vec<&str> = program.unwrap_err().iter().map(|error| error.code).collect();
    assert_eq!(codes, ["missing_name", "not_utf8", "use_cycle", "unreadable_file"]);
}

#[test]
fn models_are_named_in_texts_that_do_not_parse() {
    let text = "pub model A { conv 3x3 \n model B = A(\n pub(crate) model r#C { // model D\n\
                \"model E\" model let model { × model É";
    let (sources, id) = sources(text);
    let names: Vec<_> =
        model_names(&sources, id).into_iter().map(|(v, name)| (v, name.name)).collect();
    let expected = [
        (Visibility::Public, "A"),
        (Visibility::Default, "B"),
        (Visibility::Crate, "r#C"),
        (Visibility::Default, "É"),
    ];
    assert_eq!(names, expected.map(|(v, name)| (v, name.to_owned())));
}
