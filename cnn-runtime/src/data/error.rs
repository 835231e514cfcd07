//! What can be wrong with data. Data first, the text by `Display`: where it is, what was expected,
//! what was found, and how to mend it.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;

use cnn_weights::LoadError;

/// Why samples cannot be had.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The system does not give a file or a folder.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something else stands where a file or a folder should.
    #[error("cannot read `{}`: it is {found}", path.display())]
    Kind {
        /// The path.
        path: PathBuf,
        /// `a folder, not a file`, `no regular file`, `no folder`.
        found: &'static str,
    },
    /// A file whose content cannot be what it should be.
    #[error(
        "`{}` is damaged at byte {}: expected {expected}, found {found}; {mend}",
        path.display(), offset
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: Offset,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
        /// What to do.
        mend: &'static str,
    },
    /// A file that is no `.npy` array, a damaged one, or one of other numbers.
    #[error("`{}` is not a sound .npy array: {why}", path.display())]
    Npy {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A safetensors file that cannot be read, or has not the tensors.
    #[error(transparent)]
    Tensors(#[from] LoadError),
    /// A photo that cannot be decoded.
    #[error("cannot read `{}`: {why}", path.display())]
    Photo {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A folder that holds no classes, or a class's that holds no photos.
    #[error("`{}` has no {what}; expected `CLASS/*.jpg` or `CLASS/*.png`, a folder a class", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
        /// `folders` or `photos`.
        what: &'static str,
    },
    /// An array of sizes or elements that are no images or no labels.
    #[error("{name} cannot be {role}: expected {expected}, found {found}")]
    Array {
        /// What the array is called: a file, or `the images`.
        name: Cow<'static, str>,
        /// `images` or `labels`.
        role: &'static str,
        /// What fits.
        expected: &'static str,
        /// Its sizes, or the type of its elements.
        found: String,
    },
    /// Images and labels differ in number.
    #[error(
        "{images} and {labels} do not belong together: {image_count} images, {label_count} labels; \
         give the labels of these images, one each"
    )]
    Count {
        /// What the images are called: a file, or `the images`.
        images: Cow<'static, str>,
        /// How many images.
        image_count: usize,
        /// What the labels are called.
        labels: Cow<'static, str>,
        /// How many labels.
        label_count: usize,
    },
    /// A label that is none of the classes.
    #[error(
        "{labels}: sample {index}{} is of class {label}, expected 0 to {}; say how many classes there \
         are, or count the labels from 0",
        at(*offset), highest(*classes)
    )]
    Label {
        /// What the labels are called.
        labels: Cow<'static, str>,
        /// Which sample, from 0 on.
        index: usize,
        /// Where its label stands, in a file whose bytes are the labels.
        offset: Option<Offset>,
        /// What was found.
        label: i64,
        /// How many classes there are.
        classes: usize,
    },
    /// Targets of another length than said.
    #[error("{labels} have {found} numbers a sample, expected {classes}, one a class or output")]
    Targets {
        /// What the labels are called.
        labels: Cow<'static, str>,
        /// Numbers of each.
        found: usize,
        /// How many were said.
        classes: usize,
    },
    /// Images of other sizes than the model takes.
    #[error(
        "the model takes images of {}, the data set has {}; resize or crop them, or change the \
         model's input",
        sizes(want),
        sizes(found)
    )]
    Sizes {
        /// Height, width, channels of the model's input.
        want: [usize; 3],
        /// Those of the data.
        found: [usize; 3],
    },
    /// Targets of another length than the model's output.
    #[error("the model gives {want} numbers, the data set has {found} classes; change either")]
    Outputs {
        /// Numbers of the model's output.
        want: usize,
        /// Those of a target.
        found: usize,
    },
    /// A crop larger than the image.
    #[error("cannot crop {}x{} from images of {}; resize them first", crop[0], crop[1], sizes(images))]
    Crop {
        /// Height and width of the crop.
        crop: [usize; 2],
        /// Height, width, channels of the images.
        images: [usize; 3],
    },
    /// Masks that cannot be changed as their images are.
    #[error(
        "cannot {what} images of {} whose targets are masks of {}: {}",
        sizes(images),
        sizes(masks),
        with_masks(what)
    )]
    Masks {
        /// `crop` or `shift`.
        what: &'static str,
        /// Height and width of the masks.
        masks: [usize; 2],
        /// Height, width, channels of the images.
        images: [usize; 3],
    },
    /// Masks of another size than the output for which they are.
    #[error(
        "{labels} are masks of {}, the output is {}; crop or resize them, they are as large as what \
         the model answers",
        sizes(found),
        sizes(output)
    )]
    MaskSize {
        /// What the labels are called.
        labels: Cow<'static, str>,
        /// Height and width of the masks.
        found: [usize; 2],
        /// Height, width, channels of the output.
        output: [usize; 3],
    },
    /// Means and standard deviations that do not fit the images' channels, or cannot be used.
    #[error("cannot normalise images of {channels} channels: {why}")]
    Normalisation {
        /// Channels of the images.
        channels: usize,
        /// What is wrong.
        why: String,
    },
    /// A share of a data set that is no number from 0 to 1.
    #[error("a data set cannot be split at {fraction}; give a number from 0 to 1")]
    Fraction {
        /// The share.
        fraction: f64,
    },
    /// A fold of a data set that there is not.
    #[error("there is no fold {fold} of {folds}: folds are two at least, counted from 0")]
    Fold {
        /// Which one.
        fold: usize,
        /// How many.
        folds: usize,
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
    /// The system gives no thread to prepare batches on.
    #[error("cannot start a thread that prepares batches: {source}")]
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// A byte of the file.
    File(u64),
    /// A byte of what a compressed file holds.
    Unpacked(u64),
}

impl Offset {
    /// So many bytes further on.
    pub(super) fn plus(self, bytes: u64) -> Self {
        match self {
            Self::File(byte) => Self::File(byte + bytes),
            Self::Unpacked(byte) => Self::Unpacked(byte + bytes),
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(byte) => byte.fmt(f),
            Self::Unpacked(byte) => write!(f, "{byte} of its unpacked content"),
        }
    }
}

impl fmt::Debug for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn at(offset: Option<Offset>) -> String {
    offset.map_or_else(String::new, |offset| format!(", byte {offset},"))
}

/// The highest class; one number a sample is a choice of two.
fn highest(classes: usize) -> usize {
    if classes == 1 { 1 } else { classes.saturating_sub(1) }
}

/// How to mend what cannot be done to images with masks.
fn with_masks(what: &str) -> &'static str {
    match what {
        "crop" => "only masks as large as their images are cropped with them",
        _ => "what comes in at the edges has no target; crop larger ones",
    }
}

fn sizes(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join("x")
}
