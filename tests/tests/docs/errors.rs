//! The index of error codes, made of the pages in `tests/errors`. `codes.txt` has, for each code,
//! the page that shows it (`-` where no single file can) and a sentence.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use cnn_dsl::check::{Request, Selection};

use super::bless::{compare, read, repository};
use super::snippets::Page;

const CODES: &str = include_str!("codes.txt");

const INTRODUCTION: &str = "\
# Error codes

Every error of the compiler has a code, in brackets at its head: `error[channel_mismatch]` in the terminal,
`[channel_mismatch]` in what rustc prints for `cnn!`. This page has each of them, with a sentence, a text that makes it,
and the compiler's words. It is generated from the pages in `tests/errors`, which hold at least one page for each code
that a single file can make.

";

/// A line of the table.
struct Code {
    code: &'static str,
    page: Option<&'static str>,
    sentence: &'static str,
}

fn codes() -> Vec<Code> {
    let code = |line: &'static str| {
        let (head, sentence) = line.split_once(": ").expect("a sentence");
        let (code, page) = head.split_once(' ').expect("a page");
        Code { code, page: (page != "-").then_some(page), sentence }
    };
    CODES.lines().map(code).collect()
}

/// A text and its report, where a page of one file cannot show the error.
fn without_page(code: &str) -> (String, String) {
    match code {
        "arena_too_large" => {
            let text = |operands: &str| {
                format!("model M {{\n    input 32768x65536x1;\n    add {operands};\n}}\n")
            };
            let report = Page::default().check(&text(&["{ relu; }"; 140].join(", ")));
            (text("{ relu; }, { relu; }, ..., { relu; }"), report.expect_err("too large"))
        }
        "no_model" => {
            let text = "block b { relu; }\n";
            let selection = Selection::Some(vec![Request::default()]);
            let report = Page::default().check_some(text, &selection);
            (text.to_owned(), report.expect_err("no model"))
        }
        "too_many_files" => {
            let mut page = Page::default();
            for i in 0..256 {
                let next = format!("use \"file{}.cnn\";", i + 1);
                page.add(&format!("file{i}.cnn"), &next);
            }
            let text = "use \"file0.cnn\";   // which uses file1.cnn, and so on\n";
            (text.to_owned(), page.check(text).expect_err("too many"))
        }
        other => panic!("`{other}` has no page"),
    }
}

/// The page as it should be.
fn index() -> String {
    let codes = codes();
    let links = codes.iter().map(|c| format!("[`{0}`](#{0})", c.code)).collect::<Vec<_>>();
    let mut out = format!("{INTRODUCTION}{}\n", links.join(",\n"));
    for Code { code, page, sentence } in codes {
        let (text, report) = match page {
            Some(page) => {
                let file = |ending| read(&format!("tests/errors/{page}.{ending}"));
                (file("cnn"), file("txt"))
            }
            None => without_page(code),
        };
        let shown = report
            .split("\nerror[")
            .any(|one| one.strip_prefix("error[").unwrap_or(one).starts_with(&format!("{code}]")));
        assert!(shown, "{page:?} does not show `{code}`");
        let _ = writeln!(out, "\n## `{code}`\n\n{sentence}");
        let _ = write!(out, "\n```cnn,page\n{text}```\n\n```text\n{report}```\n");
    }
    out
}

#[test]
fn the_index_is_up_to_date() {
    compare("docs/errors.md", &index());
}

/// Codes that a page shows, and codes that the compiler's sources name.
#[test]
fn every_code_is_in_the_index() {
    let listed: Vec<&str> = codes().iter().map(|c| c.code).collect();
    assert!(listed.is_sorted(), "the table is in the order of the alphabet");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(repository("tests/errors")).expect("the pages") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "txt") {
            let report = fs::read_to_string(path).expect("a report");
            let heads = report.lines().filter_map(|line| line.strip_prefix("error["));
            found.extend(heads.filter_map(|head| Some(head.split_once(']')?.0.to_owned())));
        }
    }
    for folder in ["cnn-dsl/src/check", "cnn-dsl/src/plan", "cnn-dsl/src/syntax", "cnn-macros/src"]
    {
        named_in(folder, &mut found);
    }
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(missing.is_empty(), "add to codes.txt, with a page that shows it: {missing:?}");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "nothing gives these codes: {gone:?}");
}

/// The codes that `Diagnostic::new` is given as literals in a folder's files.
fn named_in(folder: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(repository(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            named_in(&format!("{folder}/{name}"), found);
        } else {
            let text = fs::read_to_string(&path).expect("a source file");
            for call in ["Diagnostic::new(", "error("] {
                let literals = text.split(call).skip(1);
                let literals = literals.filter_map(|rest| rest.trim_start().strip_prefix('"'));
                let codes = literals.filter_map(|rest| Some(rest.split_once('"')?.0));
                let plain = |code: &&str| code.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                found.extend(codes.filter(plain).map(str::to_owned));
            }
        }
    }
}
