//! The doors agree: a text read from a file and the same text rebuilt from its tokens give the same
//! tree, the same diagnostics and the same code. Every `.cnn` file of the repository is tried.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cnn_dsl::check::Selection;
use cnn_dsl::diagnostic::Diagnostic;
use cnn_dsl::emit::Door;
use cnn_dsl::source::{Disk, FileId, SourceFile, Sources, Span};
use cnn_dsl::syntax;
use cnn_dsl::tokens::TokenText;
use proc_macro2::{Ident, TokenStream};

const ROOT: FileId = FileId(0);

/// With fewer the search below would have missed a folder. This and the two below are nine tenths of
/// what there was when they were written (272 texts, 47 without mistakes, 114 codes): a page may go,
/// the folders of pages and of models may not.
const FEWEST_TEXTS: usize = 244;

/// Of these so many have no mistake.
const FEWEST_EMITTED: usize = 42;

/// And the others have mistakes of so many kinds.
const FEWEST_CODES: usize = 102;

/// A text as each door has it; `None` where its characters are none of Rust's tokens, which rustc
/// itself reports.
fn both(path: &Path) -> Option<[Sources; 2]> {
    let text = std::fs::read_to_string(path).expect("a text");
    let tokens: TokenStream = text.parse().ok()?;
    let source = |text| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let folder = path.parent().expect("a folder").to_owned();
        let mut sources = Sources::default();
        assert_eq!(sources.add(SourceFile { name, folder, text }), ROOT);
        sources
    };
    Some([source(text), source(TokenText::new(tokens).text().to_owned())])
}

#[test]
fn both_doors_read_the_same_tree() {
    let mut read = 0;
    for path in texts() {
        let Some(sources) = both(&path) else {
            let mistake = path.ancestors().any(|folder| folder.ends_with("tests/errors"));
            assert!(mistake, "{}: no tokens, and no page of a mistake", path.display());
            continue;
        };
        read += 1;
        let [file, tokens] = sources.map(|sources| match syntax::parse(&sources, ROOT) {
            Ok(tree) => without_spans(&format!("{tree:#?}")),
            Err(error) => said(&error, &sources),
        });
        assert_eq!(file, tokens, "{}", path.display());
    }
    assert!(read >= FEWEST_TEXTS, "only {read} texts");
}

#[test]
fn both_doors_say_and_emit_the_same() {
    let (mut emitted, mut codes) = (0, HashSet::new());
    for path in texts() {
        let Some(sources) = both(&path) else { continue };
        let [file, tokens] = sources.map(|mut sources| {
            let mut blob =
                |_: &str, bytes: &[u8]| bytes.len().to_string().parse().expect("a number");
            let mut door = Door {
                runtime: "::cnn_runtime".parse().expect("a path"),
                visibility: TokenStream::new(),
                ident: &|name, _| Ident::new(name, proc_macro2::Span::call_site()),
                instruction_sets: &cnn_dsl::plan::Isa::ALL,
                blob: &mut blob,
            };
            let (all, mut disk) = (Selection::All, Disk::default());
            let compiled = cnn_dsl::compile(&mut sources, ROOT, &all, &mut disk, &mut door);
            let said: Vec<_> = compiled.diagnostics.iter().map(|d| said(d, &sources)).collect();
            codes.extend(compiled.diagnostics.iter().map(|d| d.code));
            (said, compiled.tokens.to_string())
        });
        emitted += usize::from(file.0.is_empty());
        let awkward = path.parent().is_some_and(|folder| folder.ends_with("tests/doors"));
        assert!(!awkward || file.0.is_empty(), "{}: {:?}", path.display(), file.0);
        assert_eq!(file.0, tokens.0, "{}", path.display());
        assert!(file.1 == tokens.1, "{}: the doors emit different code", path.display());
    }
    assert!(emitted >= FEWEST_EMITTED, "only {emitted} texts without mistakes");
    assert!(codes.len() >= FEWEST_CODES, "only {} kinds of mistakes", codes.len());
}

/// What a diagnostic says, with the tokens under its spans.
fn said(error: &Diagnostic, sources: &Sources) -> String {
    let label = |span: Span, text: &str| format!("`{}` {text}", token_text(sources.text(span)));
    let mut lines = vec![format!("{}: {}", error.code, error.message)];
    lines.push(label(error.primary.span, &error.primary.text));
    lines.extend(error.labels.iter().map(|l| label(l.span, &l.text)));
    lines.extend(error.notes.iter().cloned());
    lines.extend(error.help.iter().cloned());
    lines.join("\n")
}

/// A text without what tokens do not have: comments and white space.
fn token_text(text: &str) -> String {
    match text.parse::<TokenStream>() {
        Ok(tokens) => tokens.to_string().split_whitespace().collect(),
        Err(_) => text.split_whitespace().collect(),
    }
}

/// A tree's `{:#?}` with the numbers of its spans left out.
fn without_spans(tree: &str) -> String {
    let place = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("start: ") || line.starts_with("end: ")
    };
    tree.lines().filter(|line| !place(line)).collect::<Vec<_>>().join("\n")
}

/// Every `.cnn` file of the repository that is text: a few are there because they are not.
fn texts() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.') || name == "target";
            if entry.file_type().expect("a type").is_dir() && !hidden {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "cnn") {
                found.push(entry.path());
            }
        }
    }
    found.retain(|path| std::fs::read_to_string(path).is_ok());
    found.sort();
    found
}
