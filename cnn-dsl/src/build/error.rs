//! What can go wrong in a build script besides the models themselves.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::source::TextError;

/// A file could not be read or written, or the call makes no sense. Mistakes in a model are not
/// among these: they are compile errors of the crate that includes it.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
pub enum BuildError {
    /// `OUT_DIR` is not set: this is no build script.
    NoOutDir,
    /// Nothing was named, or a folder holds no `.cnn` file.
    NoFiles(PathBuf),
    /// A model, an instance or a parameter was named before any file.
    NoFileYet {
        /// What was named.
        name: String,
    },
    /// A model or an instance was named by what Rust does not take as the name of a type.
    BadName {
        /// The name.
        name: String,
    },
    /// A file is no text that can be read.
    Text {
        /// Which.
        path: PathBuf,
        /// Why.
        source: TextError,
    },
    /// A folder could not be read.
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOutDir => {
                write!(f, "OUT_DIR is not set; models are compiled in a build script")
            }
            Self::NoFiles(path) if path.as_os_str().is_empty() => {
                write!(f, "no file was named; add one by `file` or `folder`")
            }
            Self::NoFiles(path) => write!(f, "no .cnn file in `{}`", path.display()),
            Self::NoFileYet { name } => {
                write!(f, "`{name}` was named before any file; call `file` first")
            }
            Self::BadName { name } => {
                write!(f, "`{name}` cannot be the name of a type in Rust; choose another name")
            }
            Self::Text { path, source } => write!(f, "cannot read `{}`: {source}", path.display()),
            Self::Read { path, source } => write!(f, "cannot read `{}`: {source}", path.display()),
            Self::Write { path, source } => {
                write!(f, "cannot write `{}`: {source}", path.display())
            }
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Text { source, .. } => Some(source),
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::NoOutDir | Self::NoFiles(_) | Self::NoFileYet { .. } | Self::BadName { .. } => {
                None
            }
        }
    }
}
