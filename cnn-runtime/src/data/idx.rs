//! IDX files, plain or gzipped: the format of MNIST and Fashion-MNIST (Yann LeCun, "THE MNIST
//! DATABASE of handwritten digits", section "File formats").
//!
//! In: paths. Out: images of one channel, labels. A file is two zero bytes, the type of its elements
//! (8: unsigned bytes), the number of its dimensions, each size in four bytes, the highest first, and
//! the elements. Deliberately absent: other elements than bytes, in which no data set is published.

use std::path::{Path, PathBuf};

use ndarray::{Array1, Array4};

use super::arrays::Arrays;
use super::error::{DataError, Offset};
use super::file::Content;
use super::images::Images;
use super::labels::Labels;

/// How many classes MNIST and Fashion-MNIST have.
const DIGITS: usize = 10;

/// A data set that is published in two parts.
#[derive(Debug, Clone)]
pub struct TrainTest {
    /// To train with.
    pub train: Arrays<'static>,
    /// To test with.
    pub test: Arrays<'static>,
}

/// MNIST, or Fashion-MNIST, which has its form: 60,000 images of 28x28x1 to train with, 10,000 to
/// test with, ten classes. The folder holds the four files under the names that they are published
/// under, `train-images-idx3-ubyte` to `t10k-labels-idx1-ubyte`, each as it is or with `.gz`.
///
/// Pixels are 0 to 255; [`Arrays::scale`] makes them 0 to 1.
///
/// ```no_run
/// let mnist = cnn_runtime::data::mnist("data/mnist")?;
/// let (train, test) = (mnist.train.scale(1.0 / 255.0), mnist.test.scale(1.0 / 255.0));
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
///
/// # Errors
/// When a file is not there, is damaged, or the files do not belong together.
pub fn mnist(folder: impl AsRef<Path>) -> Result<TrainTest, DataError> {
    let folder = folder.as_ref();
    let part = |name: &str| {
        let images = published(folder, &format!("{name}-images-idx3-ubyte"));
        let labels = published(folder, &format!("{name}-labels-idx1-ubyte"));
        Arrays::from_idx(images, labels, DIGITS)
    };
    Ok(TrainTest { train: part("train")?, test: part("t10k")? })
}

/// A file as it is, or with `.gz` where only that is there.
fn published(folder: &Path, name: &str) -> PathBuf {
    let (plain, gzip) = (folder.join(name), folder.join(format!("{name}.gz")));
    if !plain.exists() && gzip.exists() { gzip } else { plain }
}

impl Arrays<'static> {
    /// IDX files of images (N, H, W) and of labels, as they are or gzipped. Pixels are 0 to 255.
    ///
    /// # Errors
    /// When a file cannot be read, is damaged, or the two do not belong together.
    pub fn from_idx(
        images: impl AsRef<Path>,
        labels: impl AsRef<Path>,
        classes: usize,
    ) -> Result<Self, DataError> {
        Self::new(read_images(images.as_ref())?, read_labels(labels.as_ref())?, classes)
    }
}

/// A file of images.
fn read_images(path: &Path) -> Result<Images<'static>, DataError> {
    let (sizes, pixels, _) = read::<3>(path, "images")?;
    let [n, h, w] = sizes;
    let name = format!("`{}`", path.display());
    match Array4::from_shape_vec((n, h, w, 1), pixels) {
        Ok(pixels) => Ok(Images::from(pixels).named(name)),
        // No image at all, of sizes that no image can have.
        Err(_) => Err(DataError::Array {
            name: name.into(),
            role: "images",
            expected: "sizes of images",
            found: format!("{sizes:?}"),
        }),
    }
}

/// A file of labels.
fn read_labels(path: &Path) -> Result<Labels<'static>, DataError> {
    let (_, labels, start) = read::<1>(path, "labels")?;
    let labels = Labels::from(Array1::from_vec(labels));
    Ok(labels.named(format!("`{}`", path.display())).starting(start))
}

/// The sizes and the elements of a file of `D` dimensions, and where these begin.
fn read<const D: usize>(
    path: &Path,
    role: &str,
) -> Result<([usize; D], Vec<u8>, Offset), DataError> {
    let mut content = Content::open(path)?;
    let start = content.offset();
    let magic = content.some(4)?;
    if magic != [0, 0, 8, D as u8] {
        let expected = format!("00 00 08 0{D} of an IDX file of {role}");
        return Err(content.damaged(start, &expected, not_idx(&magic)));
    }
    let at = content.offset();
    let header = content.some(4 * D as u64)?;
    let (words, []) = header.as_chunks::<4>() else {
        return Err(content.damaged(
            at,
            &format!("{D} sizes"),
            format!("only {} bytes", header.len()),
        ));
    };
    let Ok(sizes) = <[[u8; 4]; D]>::try_from(words) else {
        return Err(content.damaged(at, &format!("{D} sizes"), format!("only {}", words.len())));
    };
    let sizes = sizes.map(u32::from_be_bytes);
    let shown = sizes.map(|size| size.to_string()).join("x");
    let start = content.offset();
    let needs = sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size.into()));
    let fits = needs.filter(|&needs| usize::try_from(needs).is_ok());
    let Some(needs) = fits else {
        return Err(content.damaged(at, "sizes of a file", format!("{shown}, more than any has")));
    };
    let bytes = content.rest(needs, &format!("{needs} bytes of {role} ({shown})"))?;
    // A size of 32 bits fits where the product of all does, but for products of 0.
    Ok((sizes.map(|size| size as usize), bytes, start))
}

/// What stands where the magic number should.
fn not_idx(magic: &[u8]) -> String {
    match magic {
        [] => "an empty file".to_owned(),
        [0, 0, 8, 1] => "00 00 08 01 of labels".to_owned(),
        [0, 0, 8, 3] => "00 00 08 03 of images".to_owned(),
        [b'<', ..] => "the text of a web page".to_owned(),
        other => {
            let bytes: Vec<String> = other.iter().map(|byte| format!("{byte:02x}")).collect();
            bytes.join(" ")
        }
    }
}
