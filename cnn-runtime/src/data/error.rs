//! What can be wrong with data. Data first, the text by `Display`.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why samples cannot be had.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The system does not give a file.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A sample was asked for that is not there.
    #[error("there is no sample {index}: the data set has {len}, counted from 0")]
    Index {
        /// Which one.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// A slice for an image or a target has another length than these have.
    #[error("{what} has {want} elements, the slice for it {got}")]
    Length {
        /// `an image` or `a target`.
        what: &'static str,
        /// The elements of an image or a target.
        want: usize,
        /// Those of the slice.
        got: usize,
    },
}

impl fmt::Debug for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
