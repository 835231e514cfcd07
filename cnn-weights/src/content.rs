//! The bytes of a weight file, from the disk or from memory.
//!
//! In: where they are. Out: the header's tensors, then each tensor's bytes when they are asked for.
//! A file is never read whole: its header first, which is bounded, then what the model wants of it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use safetensors::tensor::Dtype;

use crate::error::LoadError;
use crate::header::{self, Entry, LENGTH_BYTES};
use crate::load::{Given, Source};

/// An open weight file.
pub(crate) struct Content<'a> {
    /// What it is called in an error: the file, in backticks, or what was given in its place.
    pub name: String,
    store: Store<'a>,
}

/// Where the bytes behind the header are.
enum Store<'a> {
    File { path: &'a Path, file: File, start: u64 },
    Bytes(Cow<'a, [u8]>),
}

impl<'a> Content<'a> {
    /// Reads the header; nothing else is read of a file that is none of safetensors'.
    ///
    /// # Errors
    /// When the file cannot be read, or its header cannot be true.
    pub(crate) fn open(source: &'a Source) -> Result<(Self, Vec<Entry>), LoadError> {
        match source {
            Source::File(path) => Self::open_file(path),
            Source::Bytes(bytes) => Self::open_bytes(bytes),
            Source::Tensors(given) => Self::open_given(given),
        }
    }

    fn open_bytes(bytes: &'a [u8]) -> Result<(Self, Vec<Entry>), LoadError> {
        let name = "the weight file".to_owned();
        let damaged = |reason| LoadError::Damaged { file: name.clone(), reason };
        let length = header::length(bytes, bytes.len() as u64).map_err(damaged)?;
        let (header, data) = bytes[LENGTH_BYTES..].split_at(length);
        let entries = header::entries(header, data.len() as u64).map_err(damaged)?;
        Ok((Self { name, store: Store::Bytes(data.into()) }, entries))
    }

    /// The tensors one behind the other, as a file would hold them.
    fn open_given(given: &[Given]) -> Result<(Self, Vec<Entry>), LoadError> {
        let (mut bytes, mut entries) = (Vec::new(), Vec::with_capacity(given.len()));
        for Given { name, dims, values } in given {
            let len = dims.iter().try_fold(1usize, |len, &size| len.checked_mul(size));
            if len != Some(values.len()) {
                let (name, dims) = (name.clone(), dims.clone());
                return Err(LoadError::ValueCount { name, dims, values: values.len() });
            }
            let start = bytes.len() as u64;
            bytes.extend(values.iter().flat_map(|x| x.to_le_bytes()));
            let place = start..bytes.len() as u64;
            let (name, shape) = (name.clone(), dims.clone());
            entries.push(Entry { name, dtype: Dtype::F32, shape, place });
        }
        let name = "the list of tensors".to_owned();
        Ok((Self { name, store: Store::Bytes(bytes.into()) }, entries))
    }

    fn open_file(path: &'a PathBuf) -> Result<(Self, Vec<Entry>), LoadError> {
        let io = |source: io::Error| unreadable(path, source);
        let about = std::fs::metadata(path).map_err(io)?;
        if !about.is_file() {
            let found = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
            return Err(LoadError::NotAFile { path: path.clone(), found });
        }
        let mut file = File::open(path).map_err(io)?;
        // Of the file that is open: another may have taken its name.
        let file_len = file.metadata().map_err(io)?.len();
        let name = format!("`{}`", path.display());
        let damaged = |reason| LoadError::Damaged { file: name.clone(), reason };
        let mut first = Vec::with_capacity(LENGTH_BYTES);
        file.by_ref().take(LENGTH_BYTES as u64).read_to_end(&mut first).map_err(io)?;
        let length = header::length(&first, file_len).map_err(damaged)?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).map_err(io)?;
        let start = (LENGTH_BYTES + length) as u64;
        let entries = header::entries(&bytes, file_len.saturating_sub(start)).map_err(damaged)?;
        Ok((Self { name, store: Store::File { path, file, start } }, entries))
    }

    /// The bytes of one tensor.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn bytes(&mut self, entry: &Entry) -> Result<Cow<'_, [u8]>, LoadError> {
        let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
        match &mut self.store {
            Store::Bytes(data) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let bytes = data.get(place(entry.place.start)..place(entry.place.end));
                let damaged = || LoadError::Damaged {
                    file: self.name.clone(),
                    reason: cut_off().to_string(),
                };
                bytes.map(Cow::Borrowed).ok_or_else(damaged)
            }
            Store::File { path, file, start } => {
                let io = |source| unreadable(path, source);
                let length = usize::try_from(entry.place.end - entry.place.start);
                let mut bytes = vec![0; length.map_err(|_| io(cut_off()))?];
                file.seek(SeekFrom::Start(*start + entry.place.start)).map_err(io)?;
                file.read_exact(&mut bytes).map_err(io)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

fn unreadable(path: &Path, source: io::Error) -> LoadError {
    LoadError::Io { path: path.to_owned(), source }
}
