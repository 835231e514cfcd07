//! Parts of pages that are generated: compared, or written anew where `BLESS` is set.

use std::fs;
use std::path::{Path, PathBuf};

/// A path of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Text with `\n` at its line ends, wherever it was checked out.
pub fn read(path: &str) -> String {
    let text = fs::read_to_string(repository(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.replace("\r\n", "\n")
}

/// Compares a file with what it should be.
pub fn compare(path: &str, expected: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(repository(path), expected).expect("the page is written");
        return;
    }
    let found = read(path);
    let differs = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(found.lines().count().min(expected.lines().count())) + 1;
    assert!(found == expected, "{path}:{line} is out of date (BLESS=1 writes it anew)");
}

/// Compares what stands between two lines of a file, without them, with what it should be.
pub fn compare_between(path: &str, first: &str, last: &str, expected: &str) {
    let text = read(path);
    let parts = text.split_once(first).and_then(|(before, rest)| {
        let (_, behind) = rest.split_once(last)?;
        Some((before, behind))
    });
    let (before, behind) = parts.unwrap_or_else(|| panic!("{path} has no `{first}` ... `{last}`"));
    compare(path, &format!("{before}{first}{expected}{last}{behind}"));
}
