//! Whatever the text, the checker answers, and every place it names lies inside the text.

use std::fs;
use std::path::Path;

use cnn_dsl::check::{Selection, check};
use cnn_dsl::diagnostic::{Diagnostic, render};
use cnn_dsl::source::{SourceFile, Sources};
use cnn_dsl::syntax::Program;

use super::programs::Table;

/// A generator of numbers that is the same everywhere (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Words and marks of a text, white space with them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(first) { rest.find(|c| !word(c)) } else { Some(first.len_utf8()) };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn seeds() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["fuzz/seeds/frontend", "tests/errors"];
    let mut paths: Vec<_> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "cnn"))
        .collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn errors_of(text: &str) -> (Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let file = SourceFile { name: "m.cnn".to_owned(), folder: "".into(), text: text.to_owned() };
    let root = sources.add(file);
    let files = &mut Table::default();
    let errors = match Program::load(&mut sources, root, files) {
        Err(errors) => errors,
        Ok(program) => {
            let checked = check(&program, &sources, &Selection::All, files);
            let stubs = checked.models.iter().any(Result::is_err);
            let errors = checked.diagnostics.into_vec();
            assert!(!(stubs && errors.is_empty()), "a stub without an error:\n{text}");
            errors
        }
    };
    (errors, sources)
}

#[test]
fn mutated_texts_never_panic() {
    const ROUNDS: usize = 1500;
    let seeds = seeds();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..ROUNDS {
        let text = &seeds[random.below(seeds.len())];
        if text.len() > 4000 {
            continue;
        }
        let mut pieces = pieces(text);
        for _ in 0..=random.below(4) {
            let (a, b) = (random.below(pieces.len()), random.below(pieces.len()));
            match random.below(4) {
                0 => pieces[a] = pieces[b],
                1 => pieces.swap(a, b),
                2 => pieces.insert(a, ["0", "last", "{", ";", "1000000", "-"][random.below(6)]),
                _ if pieces.len() > 1 => drop(pieces.remove(a)),
                _ => {}
            }
        }
        let text = pieces.concat();
        let (errors, sources) = errors_of(&text);
        for error in &errors {
            let spans = error.labels.iter().map(|l| l.span).chain([error.primary.span]);
            for span in spans {
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text}");
            }
            assert!(render(error, &sources).contains(error.code));
        }
    }
}
