//! Arrays in and out: `.npy` files of `f32` or `u8`, and random images.
//!
//! In: files and the shape that an input of the model has. Out: the images one behind the other,
//! `f32`, row-major. Results are written beside their place first and then renamed: there is never
//! half a file.

use crate::error::Error;
use crate::run::npy::{self, Element, Header, NpyError};
use cnn_dsl::ir::Shape;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
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
    let unreadable = |source: io::Error| Error::Read { path: path.to_owned(), source };
    let failed = |error: NpyError| match error {
        NpyError::Io(source) => unreadable(source),
        NpyError::Damaged(why) => Error::Npy { path: path.to_owned(), why },
    };
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        // A pipe waits for its other end, and a device never ends.
        let what = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
        return Err(unreadable(io::Error::other(format!("it is {what}"))));
    }
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut file = BufReader::new(file);
    let header = Header::read(&mut file, length).map_err(failed)?;
    match header.element {
        Element::U8 if !bytes => return Err(Error::NoBytes { path: path.to_owned() }),
        Element::U8 | Element::F32 | Element::BigEndianF32 => {}
    }
    let wanted = dims(shape);
    let batch = match &header.shape[..] {
        found if found == wanted => None,
        [0, rest @ ..] if rest == wanted => return Err(Error::NoImage { path: path.to_owned() }),
        [batch, rest @ ..] if rest == wanted => Some(*batch),
        found => {
            let (path, found) = (path.to_owned(), found.to_vec());
            return Err(Error::ArrayShape { path, wanted, found });
        }
    };
    let values = header.values(&mut file).map_err(failed)?;
    Ok(Images { batch, values })
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

/// Writes every array or none: all of them beside their places, then all renamed. A killed process
/// leaves at most a `.cnn-` file behind, which nothing reads.
pub fn write(files: Vec<(&Path, Vec<usize>, &[f32])>) -> Result<(), Error> {
    let mut ready = Vec::with_capacity(files.len());
    for (path, dims, values) in files {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        ready.push((path, beside(path, &dims, values).map_err(failed)?));
    }
    for (path, file) in ready {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        file.persist(path).map_err(|error| failed(error.error))?;
    }
    Ok(())
}

/// The array under another name in the folder of `path`, with the rights of any new file.
fn beside(path: &Path, dims: &[usize], values: &[f32]) -> io::Result<NamedTempFile> {
    if let Ok(about) = std::fs::metadata(path)
        && !about.is_file()
    {
        // The renaming would take away a device or a pipe.
        let what = if about.is_dir() { "a folder, not a file" } else { "no regular file" };
        return Err(io::Error::other(format!("it is {what}")));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Opened by us: tempfile's own rights are its owner's alone, and its errors name the part.
    let mut name = tempfile::Builder::new();
    let mut file = name.prefix(".cnn-").make_in(folder, |part| File::create_new(part))?;
    let mut writer = BufWriter::new(file.as_file_mut());
    npy::write(&mut writer, dims, values)?;
    writer.flush()?;
    drop(writer);
    // A full disk may be told only here.
    file.as_file().sync_all()?;
    Ok(file)
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
