//! The bytes of a file, plain or gzipped, for readers that know how many they want.
//!
//! In: a path. Out: a [`Content`], which counts what it gave, so that an error has its place. Whether
//! a file is gzipped is seen by its first bytes, not by its name.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::error::{DataError, Offset};

/// What a gzip file begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A deflate stream holds at most 258 bytes in two bits (RFC 1951: a length of 258 and its distance
/// take a bit each), so no byte holds more than this.
const MOST_A_BYTE: u64 = 1032;

/// An open file.
pub(super) struct Content {
    path: PathBuf,
    bytes: Bytes,
    /// How many bytes were given.
    given: u64,
    /// How many there are; of a gzipped file, how many there can be at most.
    len: u64,
}

enum Bytes {
    Plain(BufReader<File>),
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Content {
    /// Opens a file; nothing but its first bytes is read.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        regular(path)?;
        let io = |source| DataError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let len = file.metadata().map_err(io)?.len();
        let mut file = BufReader::new(file);
        let gzip = file.fill_buf().map_err(io)?.starts_with(&GZIP);
        let path = path.to_owned();
        if gzip {
            let bytes = Bytes::Gzip(Box::new(MultiGzDecoder::new(file)));
            return Ok(Self { path, bytes, given: 0, len: len.saturating_mul(MOST_A_BYTE) });
        }
        Ok(Self { path, bytes: Bytes::Plain(file), given: 0, len })
    }

    /// Where the next byte stands.
    pub(super) fn offset(&self) -> Offset {
        match &self.bytes {
            Bytes::Plain(_) => Offset::File(self.given),
            Bytes::Gzip(_) => Offset::Unpacked(self.given),
        }
    }

    /// The next bytes, as many as these or fewer where the content ends before.
    pub(super) fn some(&mut self, count: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let outcome = match &mut self.bytes {
            Bytes::Plain(file) => file.take(count).read_to_end(&mut bytes),
            Bytes::Gzip(gzip) => gzip.take(count).read_to_end(&mut bytes),
        };
        self.given += bytes.len() as u64;
        outcome.map_err(|error| self.unpacking(error))?;
        Ok(bytes)
    }

    /// All of the content that is left, which must be so many bytes of what `expected` says. What
    /// the file's own length does not bear out is refused before anything is read.
    pub(super) fn rest(mut self, count: u64, expected: &str) -> Result<Vec<u8>, DataError> {
        let start = self.given;
        let left = self.len.saturating_sub(start);
        if left < count {
            let found = match &self.bytes {
                Bytes::Plain(_) => format!("only {left} bytes"),
                Bytes::Gzip(_) => format!("a file that can hold no more than {left}"),
            };
            return Err(self.damaged(self.offset(), expected, found));
        }
        let bytes = self.some(count)?;
        if (bytes.len() as u64) < count {
            let found = format!("only {} bytes", bytes.len());
            return Err(self.damaged(self.offset_at(start), expected, found));
        }
        // Of a gzipped file this also reads its checksum.
        let end = self.offset();
        match self.some(1)?.len() {
            0 => Ok(bytes),
            _ => Err(self.damaged(end, "the end of the file", "more bytes".to_owned())),
        }
    }

    /// The error of damage at a place.
    pub(super) fn damaged(&self, offset: Offset, expected: &str, found: String) -> DataError {
        let (path, expected) = (self.path.clone(), expected.to_owned());
        DataError::Damaged { path, offset, expected, found, mend: AGAIN }
    }

    fn offset_at(&self, given: u64) -> Offset {
        match &self.bytes {
            Bytes::Plain(_) => Offset::File(given),
            Bytes::Gzip(_) => Offset::Unpacked(given),
        }
    }

    /// What the system or the decoder says, between the bytes given and the next ones.
    fn unpacking(&self, error: io::Error) -> DataError {
        match (&self.bytes, error.kind()) {
            (Bytes::Gzip(_), io::ErrorKind::UnexpectedEof) => {
                self.damaged(self.offset(), "more gzipped data", "the end of the file".to_owned())
            }
            (Bytes::Gzip(_), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                self.damaged(self.offset(), "sound gzipped data", error.to_string())
            }
            (Bytes::Plain(_) | Bytes::Gzip(_), _) => {
                DataError::Io { path: self.path.clone(), source: error }
            }
        }
    }
}

/// What to do about a file that is damaged.
pub(super) const AGAIN: &str = "copy or download the file again";

/// That a path is a file: opening a pipe would wait for ever.
pub(super) fn regular(path: &Path) -> Result<(), DataError> {
    let about = std::fs::metadata(path);
    let about = about.map_err(|source| DataError::Io { path: path.to_owned(), source })?;
    if about.is_file() {
        return Ok(());
    }
    let found = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
    Err(DataError::Kind { path: path.to_owned(), found })
}
