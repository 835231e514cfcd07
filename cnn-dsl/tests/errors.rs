//! One page for each mistake: `tests/errors/NAME.cnn` and, beside it, the exact report. The tour of
//! mistakes among the examples is held in the same way.
//!
//! `BLESS=1 cargo test -p cnn-dsl --test errors` writes the reports anew; read the difference
//! before committing it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cnn_dsl::check::{Selection, check};
use cnn_dsl::diagnostic::render;
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;

/// Where the pages are.
const FOLDERS: [&str; 2] = ["tests/errors", "examples/shape_errors/mistakes"];

/// Every report of one page, with an empty line between them.
fn report(page: &Path) -> String {
    let mut sources = Sources::default();
    let name = page.file_name().unwrap().to_str().unwrap().to_owned();
    let text = fs::read_to_string(page).unwrap();
    let folder = page.parent().unwrap().to_owned();
    let root = sources.add(SourceFile { name, folder, text });
    let mut disk = Disk::default();
    let errors = match Program::load(&mut sources, root, &mut disk) {
        Err(errors) => errors,
        Ok(program) => check(&program, &sources, &Selection::All, &mut disk).diagnostics.into_vec(),
    };
    let reports: Vec<String> = errors.iter().map(|error| render(error, &sources)).collect();
    reports.join("\n")
}

/// Names of the folder's pages with one of the two endings.
fn pages(folder: &Path, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// Both texts line by line, those that differ marked.
fn difference(expected: &str, found: &str) -> String {
    let (mut old, mut new) = (expected.lines(), found.lines());
    let mut lines = Vec::new();
    loop {
        match (old.next(), new.next()) {
            (None, None) => return lines.join("\n"),
            (old, new) if old == new => lines.push(format!("  {}", old.unwrap_or_default())),
            (old, new) => {
                lines.extend(old.map(|line| format!("- {line}")));
                lines.extend(new.map(|line| format!("+ {line}")));
            }
        }
    }
}

#[test]
fn every_mistake_has_its_report() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for folder in FOLDERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        for name in pages(&folder, "cnn") {
            let found = report(&folder.join(format!("{name}.cnn")));
            let path = folder.join(format!("{name}.txt"));
            if bless {
                fs::write(&path, &found).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if found.is_empty() {
                wrong.push(format!("{name}: no error is reported"));
            } else if found != expected {
                wrong.push(format!("{name}:\n{}", difference(&expected, &found)));
            }
        }
        for stale in pages(&folder, "txt").difference(&pages(&folder, "cnn")) {
            wrong.push(format!("{stale}.txt belongs to no page"));
        }
    }
    assert!(wrong.is_empty(), "{}\n(BLESS=1 writes the reports anew)", wrong.join("\n\n"));
}
