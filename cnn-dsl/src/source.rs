//! The texts that are compiled and the places in them.
//!
//! In: file names and texts. Out: [`Span`]s that survive every stage, and their lines and columns.
//! A macro call is one more file whose text was rebuilt from tokens. Nothing here reads the disk
//! except [`Disk`].

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
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

/// No text may be longer, in bytes: it bounds the time and memory of everything behind.
pub const MAX_TEXT_BYTES: usize = 1_000_000;

/// Why a text cannot be read; `Display` says what is wrong with the file, without its name.
#[derive(Debug)]
pub enum TextError {
    /// The store says no.
    Io(io::Error),
    /// It is longer than [`MAX_TEXT_BYTES`].
    TooLong {
        /// Its length.
        bytes: u64,
    },
    /// It begins as texts in UTF-16 do.
    Utf16,
    /// It is not UTF-8.
    NotUtf8 {
        /// Where the first wrong byte stands.
        at: Position,
        /// The byte.
        byte: u8,
    },
    /// Its lines end as they did on old Macs: a line comment would not end.
    LoneReturn {
        /// Where the first such end stands.
        at: Position,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == ErrorKind::IsADirectory => {
                f.write_str("it is a folder, not a file")
            }
            Self::Io(error) => error.fmt(f),
            Self::TooLong { bytes } => write!(
                f,
                "it has {bytes} bytes, a text may have {MAX_TEXT_BYTES}: split it, and take blocks \
                 from other files by `use \"FILE\";`"
            ),
            Self::Utf16 => f.write_str("it is UTF-16: save it as UTF-8"),
            Self::NotUtf8 { at: Position { line, column }, byte } => {
                write!(f, "byte {byte:#04x} at line {line}, column {column} is not UTF-8")
            }
            Self::LoneReturn { at: Position { line, column } } => write!(
                f,
                "a carriage return without a line feed at line {line}, column {column}: \
                 save it with line feeds"
            ),
        }
    }
}

impl std::error::Error for TextError {}

impl From<io::Error> for TextError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The text that these bytes are.
fn text(bytes: Vec<u8>) -> Result<String, TextError> {
    if bytes.len() > MAX_TEXT_BYTES {
        return Err(TextError::TooLong { bytes: bytes.len() as u64 });
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(TextError::Utf16);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let (until, bytes) = (error.utf8_error().valid_up_to(), error.into_bytes());
        let before = String::from_utf8_lossy(&bytes[..until]);
        TextError::NotUtf8 { at: end_of(&before), byte: bytes[until] }
    })?;
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    match returns.find(|at| !text[at + 1..].starts_with('\n')) {
        Some(at) => Err(TextError::LoneReturn { at: end_of(&text[..at]) }),
        None => Ok(text),
    }
}

/// Where the beginning of a file ends, as editors show it.
fn end_of(text: &str) -> Position {
    let shown = text.strip_prefix('\u{feff}').unwrap_or(text);
    position(shown, shown.len())
}

/// Where the bytes of a file are that is too large to be read whole.
#[derive(Debug, Clone)]
pub enum Place {
    /// On the disk, not yet opened.
    Disk(PathBuf),
    /// In memory.
    Memory(Vec<u8>),
}

/// Where `use` and `weights` get their files from: the disk, or a table in tests and fuzzing.
/// An implementation remembers what was read, for rebuild tracking.
pub trait Files {
    /// Reads a whole file, which is a text's or small in other ways.
    ///
    /// # Errors
    /// As the underlying store says.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>>;

    /// Reads a text of the language.
    ///
    /// # Errors
    /// As the underlying store says; a file that is too long for a text, or none.
    fn read_text(&mut self, path: &Path) -> Result<String, TextError> {
        text(self.read(path).map_err(TextError::Io)?)
    }

    /// Where a weight file is, whose reader takes no more of it than the network wants.
    ///
    /// # Errors
    /// As the underlying store says.
    fn weights(&mut self, path: &Path) -> io::Result<Place> {
        self.read(path).map(Place::Memory)
    }
}

/// Files on the disk; remembers every path it was asked for, also those that failed.
#[derive(Debug, Default)]
pub struct Disk {
    /// Every path asked for, in order, without repeats.
    pub read: Vec<PathBuf>,
}

impl Disk {
    fn remember(&mut self, path: &Path) {
        if !self.read.iter().any(|p| p == path) {
            self.read.push(path.to_owned());
        }
    }

    /// Reads a regular file of a text's length at most.
    fn bounded(&mut self, path: &Path) -> Result<Vec<u8>, TextError> {
        self.remember(path);
        // Before it is opened: a pipe waits for its other end, and a device never ends.
        let about = std::fs::metadata(path)?;
        if about.is_dir() {
            let folder = io::Error::new(ErrorKind::IsADirectory, "it is a folder, not a file");
            return Err(folder.into());
        }
        if !about.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file").into());
        }
        if about.len() > MAX_TEXT_BYTES as u64 {
            return Err(TextError::TooLong { bytes: about.len() });
        }
        let mut bytes = Vec::new();
        // It may grow meanwhile; `text` refuses it then.
        File::open(path)?.take(MAX_TEXT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Files for Disk {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.bounded(path).map_err(|error| match error {
            TextError::Io(error) => error,
            TextError::TooLong { .. }
            | TextError::Utf16
            | TextError::NotUtf8 { .. }
            | TextError::LoneReturn { .. } => io::Error::new(ErrorKind::FileTooLarge, error),
        })
    }

    fn read_text(&mut self, path: &Path) -> Result<String, TextError> {
        text(self.bounded(path)?)
    }

    fn weights(&mut self, path: &Path) -> io::Result<Place> {
        self.remember(path);
        Ok(Place::Disk(path.to_owned()))
    }
}
