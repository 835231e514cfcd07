//! The texts that are compiled and the places in them.
//!
//! In: file names and texts. Out: [`Span`]s that survive every stage, and their lines and columns.
//! A macro call is one more file whose text was rebuilt from tokens. Nothing here reads the disk
//! except [`Disk`].

use std::io;
use std::path::{Path, PathBuf};

/// One file of a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A byte range in one file, `start <= end`, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both; both lie in the same file.
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file);
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with its name.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// As shown in messages: the path as the user wrote it.
    pub name: String,
    /// What `use` and `weights` paths inside it are relative to: the file's folder, or the package's
    /// for a macro call.
    pub folder: PathBuf,
    /// The text.
    pub text: String,
}

/// Every text of one compilation, the first one being what the user compiles.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a text; a byte order mark at its start is dropped, so that columns are as shown.
    pub fn add(&mut self, mut file: SourceFile) -> FileId {
        if file.text.starts_with('\u{feff}') {
            file.text.drain(..'\u{feff}'.len_utf8());
        }
        self.files.push(file);
        FileId(u32::try_from(self.files.len() - 1).expect("fewer than 2^32 files"))
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order of their ids.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }

    /// The line and column of a span's start.
    pub fn start(&self, span: Span) -> Position {
        position(&self.file(span.file).text, span.start as usize)
    }

    /// The line and column just behind a span's end.
    pub fn end(&self, span: Span) -> Position {
        position(&self.file(span.file).text, span.end as usize)
    }
}

fn position(text: &str, at: usize) -> Position {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    Position {
        line: before.bytes().filter(|&b| b == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// Where `use` and `weights` get their files from: the disk, or a table in tests and fuzzing.
/// An implementation remembers what was read, for rebuild tracking.
pub trait Files {
    /// Reads a whole file.
    ///
    /// # Errors
    /// As the underlying store says.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>>;
}

/// Files on the disk; remembers every path it was asked for, also those that failed.
#[derive(Debug, Default)]
pub struct Disk {
    /// Every path asked for, in order, without repeats.
    pub read: Vec<PathBuf>,
}

impl Files for Disk {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        if !self.read.iter().any(|p| p == path) {
            self.read.push(path.to_owned());
        }
        let about = std::fs::metadata(path)?;
        if !about.is_file() && !about.is_dir() {
            // A pipe never ends, and neither does a device.
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no regular file"));
        }
        std::fs::read(path)
    }
}
