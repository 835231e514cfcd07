//! Arrays in and out: `.npy` files of `f32` or `u8`, and random images.
//!
//! In: files and the shape that an input of the model has. Out: the images one behind the other,
//! `f32`, row-major. Results are written beside their places first and then renamed: there is never
//! half a file.

use crate::error::Error;
use crate::run::place::{Place, Written, regular};
use cnn_dsl::ir::Shape;
use cnn_weights::SplitMix64;
use cnn_weights::npy::{self, Element, Header, NpyError};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

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
    regular(path).map_err(unreadable)?;
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    let mut file = BufReader::new(file);
    let header = Header::read(&mut file, length, Element::IMAGES).map_err(failed)?;
    match header.element {
        Element::U8 if !bytes => return Err(Error::NoBytes { path: path.to_owned() }),
        Element::U8 | Element::F32 | Element::BigEndianF32 | Element::I32 | Element::I64 => {}
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
    let values = header.values(&mut file).map_err(failed)?.into_floats();
    Ok(Images { batch, values })
}

/// A seeded image: bytes 0 to 255 for an input that takes bytes, else numbers from -1 to 1.
pub fn random(seed: u64, shape: Shape, bytes: bool) -> Images {
    let mut stream = SplitMix64(seed);
    let unit = 1.0 / (1_u64 << 24) as f32;
    let values = (0..shape.len()).map(|_| {
        let value = (stream.next_u64() >> 40) as f32 * unit;
        if bytes { (value * 256.0).floor() } else { value * 2.0 - 1.0 }
    });
    Images { batch: None, values: values.collect() }
}

/// Where results go, each to a file of its own.
pub fn places(paths: &[PathBuf]) -> Result<Vec<Place>, Error> {
    let mut places: Vec<Place> = Vec::with_capacity(paths.len());
    for path in paths {
        let failed = |source| Error::Write { path: path.clone(), source };
        let place = Place::of(path).map_err(failed)?;
        if let Some(first) = places.iter().position(|other| *other == place) {
            return Err(Error::OneFile { first: paths[first].clone(), second: path.clone() });
        }
        places.push(place);
    }
    Ok(places)
}

/// An array with its user's name for the file.
pub struct Output<'a> {
    /// As the user wrote it.
    pub path: &'a Path,
    /// What that names.
    pub place: Place,
    /// The array's sizes.
    pub dims: Vec<usize>,
    /// Row-major.
    pub values: &'a [f32],
}

/// Writes every array beside its place before the first one is renamed: no room for one of them
/// leaves all places as they were.
pub fn write(outputs: Vec<Output<'_>>) -> Result<(), Error> {
    let mut written = Vec::with_capacity(outputs.len());
    for Output { path, place, dims, values } in outputs {
        let file = place.write(|file| {
            let mut writer = BufWriter::new(&mut *file);
            npy::write(&mut writer, &dims, values)?;
            writer.flush()?;
            drop(writer);
            // A full disk may be told only here.
            file.sync_all()
        });
        let failed = |source| Error::Write { path: path.to_owned(), source };
        written.push((path, file.map_err(failed)?));
    }
    put(written)
}

/// Puts the files in their places; an error says which ones are there by then.
fn put(written: Vec<(&Path, Written)>) -> Result<(), Error> {
    let mut there = Vec::with_capacity(written.len());
    for (path, file) in written {
        match file.put() {
            Ok(()) => there.push(path.to_owned()),
            Err(source) => return Err(Error::Put { path: path.to_owned(), source, there }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Images, Output, dims, places, put, random, read, write};
    use crate::run::place::Place;
    use cnn_dsl::ir::Shape;
    use std::path::Path;

    const SHAPE: Shape = Shape::Image { h: 2, w: 1, c: 2 };

    fn written(folder: &Path, dims: Vec<usize>) -> std::path::PathBuf {
        let path = folder.join("x.npy");
        let values: Vec<f32> = (0_u8..).map(f32::from).take(dims.iter().product()).collect();
        let place = Place::of(&path).unwrap();
        write(vec![Output { path: &path, place, dims, values: &values }]).unwrap();
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
    fn one_file_is_not_for_two_outputs() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["y.npy", "./y.npy"].map(|name| folder.path().join(name));
        assert!(places(&[first.clone(), folder.path().join("z.npy")]).is_ok());
        let error = places(&[first.clone(), second.clone()]).unwrap_err().to_string();
        let (first, second) = (first.display(), second.display());
        let expected = format!("`{first}` and `{second}` are one file: give each --output its own");
        assert_eq!(error, expected);
    }

    /// The second place becomes a folder while the arrays are written.
    #[test]
    fn a_file_that_cannot_be_put_tells_what_is_there_already() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = ["a.npy", "b.npy"].map(|name| folder.path().join(name));
        let written = [&first, &second].map(|path| {
            let place = Place::of(path).unwrap();
            (path.as_path(), place.write(|_| Ok(())).unwrap())
        });
        std::fs::create_dir_all(second.join("inner")).unwrap();
        let error = put(written.into()).unwrap_err().to_string();
        let expected = format!("cannot write `{}`: ", second.display());
        assert!(error.starts_with(&expected), "{error}");
        assert!(error.ends_with(&format!(": `{}` is written", first.display())), "{error}");
        assert!(first.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no part is left");
    }

    #[test]
    fn a_vector_has_one_size() {
        assert_eq!(dims(Shape::Vector(10)), [10]);
    }
}
