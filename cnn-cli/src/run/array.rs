//! Arrays in and out: `.npy` files of `f32` or `u8`, and random images.
//!
//! In: files and the shape that an input of the model has. Out: the images one behind the other,
//! `f32`, row-major. Results are written beside their place first and then renamed: there is never
//! half a file.

use crate::error::Error;
use cnn_dsl::ir::Shape;
use ndarray::{ArrayD, ArrayViewD, IxDyn};
use ndarray_npy::{ReadNpyError, ReadNpyExt as _, WriteNpyExt as _};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// What one input of the model gets.
#[derive(Debug, PartialEq)]
pub struct Images {
    /// How many; `None` for an array without a batch axis, which holds one.
    pub batch: Option<usize>,
    /// One behind the other.
    pub values: Vec<f32>,
}

impl Images {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.batch.unwrap_or(1)
    }
}

/// The sizes of a shape as an array has them.
pub fn dims(shape: Shape) -> Vec<usize> {
    match shape {
        Shape::Image { h, w, c } => vec![h, w, c],
        Shape::Vector(n) => vec![n],
    }
}

/// Reads the array for an input of the given shape; bytes only where the input takes them.
pub fn read(path: &Path, shape: Shape, bytes: bool) -> Result<Images, Error> {
    let array = match open::<f32>(path) {
        Err(ReadNpyError::WrongDescriptor(found)) => match open::<u8>(path) {
            Err(ReadNpyError::WrongDescriptor(_)) => {
                let found = found.to_string();
                return Err(Error::ElementType { path: path.to_owned(), found });
            }
            Ok(_) if !bytes => return Err(Error::NoBytes { path: path.to_owned() }),
            other => other.map(|array| array.mapv(f32::from)),
        },
        other => other,
    };
    let array =
        array.map_err(|error| Error::Npy { path: path.to_owned(), why: error.to_string() })?;
    let wanted = dims(shape);
    let batch = match array.shape() {
        found if found == wanted => None,
        [0, rest @ ..] if rest == wanted => return Err(Error::NoImage { path: path.to_owned() }),
        [batch, rest @ ..] if rest == wanted => Some(*batch),
        found => {
            let (path, found) = (path.to_owned(), found.to_vec());
            return Err(Error::ArrayShape { path, wanted, found });
        }
    };
    // A Fortran-ordered file is stored column by column.
    let values = array.as_standard_layout().iter().copied().collect();
    Ok(Images { batch, values })
}

fn open<T: ndarray_npy::ReadableElement>(path: &Path) -> Result<ArrayD<T>, ReadNpyError> {
    let file = File::open(path).map_err(ReadNpyError::Io)?;
    ArrayD::<T>::read_npy(BufReader::new(file))
}

/// A seeded image: bytes 0 to 255 for an input that takes bytes, else numbers from -1 to 1.
pub fn random(seed: u64, shape: Shape, bytes: bool) -> Images {
    // SplitMix64 (Steele, Lea, Flood 2014): every seed gives a different, evenly spread stream.
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 40
    };
    let unit = 1.0 / (1_u64 << 24) as f32;
    let values = (0..shape.len()).map(|_| {
        let value = next() as f32 * unit;
        if bytes { (value * 256.0).floor() } else { value * 2.0 - 1.0 }
    });
    Images { batch: None, values: values.collect() }
}

/// Writes every array or none: all of them beside their places, then all renamed.
pub fn write(files: Vec<(&Path, Vec<usize>, &[f32])>) -> Result<(), Error> {
    let mut ready = Vec::with_capacity(files.len());
    for (path, dims, values) in files {
        let failed = |why: String| Error::WriteArray { path: path.to_owned(), why };
        let array = ArrayViewD::from_shape(IxDyn(&dims), values)
            .map_err(|error| failed(error.to_string()))?;
        let mut file = beside(path).map_err(|error| failed(error.to_string()))?;
        let mut writer = BufWriter::new(&mut file);
        array.write_npy(&mut writer).map_err(|error| failed(error.to_string()))?;
        writer.flush().map_err(|error| failed(error.to_string()))?;
        drop(writer);
        ready.push((path, file));
    }
    for (path, file) in ready {
        file.persist(path).map_err(|error| Error::WriteArray {
            path: path.to_owned(),
            why: error.error.to_string(),
        })?;
    }
    Ok(())
}

/// An unnamed-to-be file in the folder of `path`, with the rights of any new file.
fn beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // A missing folder is told here: below, the message would name the temporary file.
    std::fs::metadata(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cnn-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::{Images, dims, random, read, write};
    use cnn_dsl::ir::Shape;
    use std::path::Path;

    const SHAPE: Shape = Shape::Image { h: 2, w: 1, c: 2 };

    fn written(folder: &Path, dims: Vec<usize>) -> std::path::PathBuf {
        let path = folder.join("x.npy");
        let values: Vec<f32> = (0_u8..).map(f32::from).take(dims.iter().product()).collect();
        write(vec![(&path, dims, &values)]).unwrap();
        path
    }

    #[test]
    fn a_batch_axis_is_optional() {
        let folder = tempfile::tempdir().unwrap();
        let one = read(&written(folder.path(), vec![2, 1, 2]), SHAPE, false).unwrap();
        assert_eq!(one, Images { batch: None, values: vec![0.0, 1.0, 2.0, 3.0] });
        let two = read(&written(folder.path(), vec![2, 2, 1, 2]), SHAPE, false).unwrap();
        assert_eq!((two.batch, two.count(), two.values.len()), (Some(2), 2, 8));
    }

    #[test]
    fn another_shape_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), vec![2, 2, 1]);
        let error = read(&path, SHAPE, false).unwrap_err().to_string();
        assert!(error.ends_with("holds (2, 2, 1), the model takes (2, 1, 2) or (N, 2, 1, 2)"));
        let path = written(folder.path(), vec![0, 2, 1, 2]);
        assert!(read(&path, SHAPE, false).unwrap_err().to_string().ends_with("holds no image"));
    }

    #[test]
    fn a_random_image_is_fixed_by_its_seed() {
        let bytes = random(7, SHAPE, true);
        assert_eq!(bytes, random(7, SHAPE, true));
        assert_ne!(bytes, random(8, SHAPE, true));
        assert!(bytes.values.iter().all(|v| v.fract() == 0.0 && (0.0..256.0).contains(v)));
        let floats = random(7, Shape::Vector(100), false).values;
        assert!(floats.iter().all(|v| (-1.0..1.0).contains(v)));
        assert!(floats.iter().any(|v| *v < 0.0));
    }

    #[test]
    fn a_vector_has_one_size() {
        assert_eq!(dims(Shape::Vector(10)), [10]);
    }
}
