//! Weights as a safetensors file under Keras' names, in f32. A file appears whole or not at all.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensorError, TensorView};

use crate::load::Flatten;
use crate::stored::spellings;
use crate::table::Tensor;

/// Why weights were not saved. The file is then as it was.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The file cannot be written.
    #[error("cannot save weights to `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The tensors do not make a safetensors file, or do not fit their values.
    #[error("cannot save weights: {reason}")]
    Content {
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Debug for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<SafeTensorError> for SaveError {
    fn from(error: SafeTensorError) -> Self {
        Self::Content { reason: error.to_string() }
    }
}

/// Saves these tensors: written beside `path` under another name, synced to the disk, then renamed.
/// Where a folder cannot be synced, the old file may be back after a loss of power.
/// `values` are in canonical layout, one array a tensor; the file's names and layouts are Keras',
/// PyTorch's for what Keras has not (a transposed convolution with groups).
///
/// # Errors
///
/// When the file cannot be written, or when `values` are not the tensors'.
pub fn save(
    path: impl AsRef<Path>,
    tensors: &[Tensor],
    values: &[Vec<f32>],
) -> Result<(), SaveError> {
    let path = path.as_ref();
    let bytes = to_bytes(tensors, values)?;
    replace_file(path, &bytes).map_err(|source| SaveError::Io { path: path.to_owned(), source })
}

/// The content of the file that [`save`] writes.
///
/// # Errors
///
/// When `values` are not the tensors', or a name occurs twice.
pub fn to_bytes(tensors: &[Tensor], values: &[Vec<f32>]) -> Result<Vec<u8>, SaveError> {
    if tensors.len() != values.len() {
        let reason = format!("{} tensors, but {} arrays", tensors.len(), values.len());
        return Err(SaveError::Content { reason });
    }
    let mut stored = BTreeMap::new();
    for (tensor, values) in tensors.iter().zip(values) {
        let spelling = spellings(tensor, Flatten::Chw).swap_remove(0);
        let name = format!("{}.{}", tensor.layer, spelling.suffix);
        if values.len() != tensor.len() {
            let (found, needed) = (values.len(), tensor.len());
            let reason = format!("`{name}` has {needed} elements, {found} were given");
            return Err(SaveError::Content { reason });
        }
        let ordered = spelling.store(values);
        let bytes: Vec<u8> = ordered.iter().flat_map(|x| x.to_le_bytes()).collect();
        if stored.insert(name.clone(), (spelling.shapes[0].clone(), bytes)).is_some() {
            return Err(SaveError::Content { reason: format!("`{name}` occurs twice") });
        }
    }
    let views = stored.iter().map(|(name, (shape, bytes))| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name, view))
    });
    let views = views.collect::<Result<Vec<_>, _>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// Puts a file of these bytes in the place of another, or of none, at one stroke: written beside
/// `path` under another name, synced to the disk, then renamed. A killed process leaves at most a
/// `.weights-` file behind, which nothing reads.
///
/// # Errors
///
/// When the file cannot be written, or another thing than a file stands there.
pub fn replace_file(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    // A link stays, and the file behind it becomes the new one; a link to nothing is replaced.
    let behind = path.canonicalize();
    let path = behind.as_deref().unwrap_or(path);
    if let Ok(about) = fs::metadata(path)
        && !about.is_file()
    {
        // The renaming would take away a device or a pipe.
        let what = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
        return Err(io::Error::other(format!("it is {what}")));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    // Opened by us: tempfile's own rights are its owner's alone, and its errors name the part.
    let mut name = tempfile::Builder::new();
    let mut file = name.prefix(".weights-").make_in(folder, |part| File::create_new(part))?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The new name is on the disk only when the folder is. The file is in its place already: that its
    // folder cannot be opened or synced, as not every file system can, does not undo it.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
