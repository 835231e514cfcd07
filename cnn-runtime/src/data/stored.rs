//! Arrays of `.npy` and safetensors files as images and labels.
//!
//! In: paths, and names of tensors. Out: [`Arrays`]. The formats themselves are read by `cnn_weights`;
//! here are the sizes and elements that make an array images or labels.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use cnn_weights::npy::{Element, Header, NpyError};
use cnn_weights::{Array, Load, LoadError, Values, arrays};
use ndarray::{Array as NdArray, ArrayD, Dimension, Ix1, Ix2, Ix3, Ix4, IxDyn};

use super::arrays::Arrays;
use super::error::DataError;
use super::file::regular;
use super::images::Images;
use super::labels::{Label, Labels};

const IMAGES: &str = "f32 or u8 of N,H,W,C, or N,H,W, or N,LENGTH";
const LABELS: &str =
    "N class numbers, or f32 of N,CLASSES; of masks N,H,W, or f32 of N,H,W,CLASSES";

impl Arrays<'static> {
    /// `.npy` files of images and of labels, as `numpy.save` writes them. Images are of `f32` or `u8`
    /// and of N, H, W, C; or of N, H, W: one channel; or N vectors. Labels are N integers (`u8`,
    /// `i32`, `i64`), or of N, CLASSES. Masks are integers of N, H, W, or of N, H, W, CLASSES.
    ///
    /// # Errors
    /// When a file cannot be read, is damaged, or the two do not belong together.
    pub fn from_npy(
        images: impl AsRef<Path>,
        labels: impl AsRef<Path>,
        classes: usize,
    ) -> Result<Self, DataError> {
        let images = read_images(npy(images.as_ref(), Element::IMAGES)?, file(images.as_ref()))?;
        let labels = read_labels(npy(labels.as_ref(), Element::LABELS)?, file(labels.as_ref()))?;
        Self::new(images, labels, classes)
    }

    /// The tensors of these names in a safetensors file, of the sizes and elements that
    /// [`from_npy`](Self::from_npy) takes.
    ///
    /// ```no_run
    /// # use cnn_runtime::data::Arrays;
    /// let flowers = Arrays::from_safetensors("flowers.safetensors", "images", "labels", 5)?;
    /// # Ok::<(), cnn_runtime::data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, has not these tensors, or they do not belong
    /// together.
    pub fn from_safetensors(
        path: impl AsRef<Path>,
        images: &str,
        labels: &str,
        classes: usize,
    ) -> Result<Self, DataError> {
        let path = path.as_ref();
        let of = |name: &str| format!("the tensor `{name}` of {}", file(path));
        let mut read = arrays(&Load::file(path), &[labels, images]).map_err(failed)?;
        let (Some(x), Some(y)) = (read.pop(), read.pop()) else {
            unreachable!("there is an array for each name")
        };
        Self::new(read_images(x, of(images))?, read_labels(y, of(labels))?, classes)
    }
}

fn file(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// Of a file that cannot be read the error speaks of weights, which these are not.
fn failed(error: LoadError) -> DataError {
    match error {
        LoadError::Io { path, source } => DataError::Io { path, source },
        LoadError::NotAFile { path, found } => DataError::Kind { path, found },
        other => DataError::Tensors(other),
    }
}

fn npy(path: &Path, elements: &[Element]) -> Result<Array, DataError> {
    regular(path)?;
    let io = |source| DataError::Io { path: path.to_owned(), source };
    let failed = |error: NpyError| match error {
        NpyError::Io(source) => io(source),
        NpyError::Damaged(why) => DataError::Npy { path: path.to_owned(), why },
    };
    let file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let mut file = BufReader::new(file);
    let header = Header::read(&mut file, length, elements).map_err(failed)?;
    header.array(&mut file).map_err(failed)
}

fn read_images(array: Array, name: String) -> Result<Images<'static>, DataError> {
    let sizes = match array.shape[..] {
        [n, h, w, c] => Some([n, h, w, c]),
        [n, h, w] => Some([n, h, w, 1]),
        [n, length] => Some([n, 1, 1, length]),
        _ => None,
    };
    let element = array.values.element();
    let images = sizes.and_then(|sizes| match array.values {
        Values::F32(values) => of_shape::<_, Ix4>(&sizes, values).map(Images::from),
        Values::U8(values) => of_shape::<_, Ix4>(&sizes, values).map(Images::from),
        Values::I32(_) | Values::I64(_) => None,
    });
    match images {
        Some(images) => Ok(images.named(name)),
        None => Err(unfit(name, "images", IMAGES, element, &array.shape)),
    }
}

fn read_labels(array: Array, name: String) -> Result<Labels<'static>, DataError> {
    let element = array.values.element();
    let labels = match array.values {
        Values::F32(values) => labels(&array.shape, values),
        Values::U8(values) => labels(&array.shape, values),
        Values::I32(values) => labels(&array.shape, values),
        Values::I64(values) => labels(&array.shape, values),
    };
    match labels {
        Some(labels) => Ok(labels.named(name)),
        None => Err(unfit(name, "labels", LABELS, element, &array.shape)),
    }
}

fn labels<L: Label>(shape: &[usize], values: Vec<L>) -> Option<Labels<'static>> {
    match shape.len() {
        1 => of_shape::<_, Ix1>(shape, values).map(Labels::from),
        2 => of_shape::<_, Ix2>(shape, values).map(Labels::from),
        3 => of_shape::<_, Ix3>(shape, values).map(Labels::from),
        4 => of_shape::<_, Ix4>(shape, values).map(Labels::from),
        _ => None,
    }
}

/// An array of `D` dimensions; none where there is no element, but sizes that no array can have.
fn of_shape<T, D: Dimension>(shape: &[usize], values: Vec<T>) -> Option<NdArray<T, D>> {
    ArrayD::from_shape_vec(IxDyn(shape), values).ok()?.into_dimensionality().ok()
}

fn unfit(
    name: String,
    role: &'static str,
    expected: &'static str,
    element: &str,
    shape: &[usize],
) -> DataError {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let found = format!("{element} of {}", sizes.join(","));
    DataError::Array { name: name.into(), role, expected, found }
}
