//! What can be wrong with a weight file. Data first; the text that lists everything is made by
//! `Display`, at the end.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::groups;

/// Why weights were not loaded. Nothing has changed then.
///
/// `Debug` gives the same text as `Display`: where `main` gives a `Result`, Rust prints its error by
/// `Debug`, and that text is for the user.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read weights from `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder or a device stands where a file should.
    #[error("cannot read weights from `{}`: it is {found}", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// `a folder, not a file`, `no regular file`.
        found: &'static str,
    },
    /// The content is not a sound safetensors file.
    #[error("{file} is not a sound safetensors file: {reason}")]
    Damaged {
        /// The file, in backticks, or `the weight file` where bytes were given.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A tensor that the program gives has not as many values as its sizes say.
    #[error("the tensor `{name}` of {} cannot have {values} values", shape(dims))]
    ValueCount {
        /// Its name.
        name: String,
        /// Its sizes.
        dims: Vec<usize>,
        /// The number of its values.
        values: usize,
    },
    /// A rename that cannot be understood.
    #[error("the rename `{from}` = `{to}` cannot be used: {reason}")]
    Rename {
        /// Its left side.
        from: String,
        /// Its right side.
        to: String,
        /// What is wrong.
        reason: String,
    },
    /// The file is sound, but has no tensor of a name that was asked for.
    #[error("{file} has no tensor `{name}`; it has {}", listed(there))]
    NoTensor {
        /// The file, in backticks, or `the weight file` where bytes were given.
        file: String,
        /// The name.
        name: String,
        /// The names that it has.
        there: Vec<String>,
    },
    /// A tensor that was asked for has elements of a type that is not read.
    #[error(
        "the tensor `{name}` of {file} is of type {found}; F32, F16, BF16, U8, I32 and I64 are read"
    )]
    NumberType {
        /// The file, in backticks, or `the weight file` where bytes were given.
        file: String,
        /// The tensor.
        name: String,
        /// The type as safetensors calls it.
        found: String,
    },
    /// The file is sound, its tensors are not the model's.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
}

impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// All the differences between a file and a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mismatch {
    /// The file, in backticks, or `the weight file` where bytes were given.
    pub file: String,
    /// How many tensors the model has.
    pub wanted: usize,
    /// Tensors of the model that the file has not, in the model's order.
    pub missing: Vec<Missing>,
    /// Tensors of the file that the model has not, in natural order of their names.
    pub surplus: Vec<Surplus>,
    /// Tensors of another shape.
    pub misshapen: Vec<Misshapen>,
    /// Tensors of a number type that is not read.
    pub wrong_dtype: Vec<WrongDtype>,
    /// Tensors that hold NaN or infinities.
    pub not_finite: Vec<NotFinite>,
    /// Tensors of the model that the file has more than once.
    pub repeated: Vec<Repeated>,
    /// Renames that no tensor's name fits; not an error by themselves.
    pub unused_renames: Vec<(String, String)>,
    /// Renames that would bring missing and surplus tensors of equal shape together.
    pub proposals: Vec<Proposal>,
}

/// A tensor of the model that the file has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its names by Keras' and by PyTorch's convention; one where they are the same.
    pub names: Vec<String>,
    /// Its shape under each of these names.
    pub dims: Vec<Vec<usize>>,
}

/// A tensor of the file that the model has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surplus {
    /// Its name in the file.
    pub name: String,
    /// Its name after the renames, where one fits.
    pub renamed: Option<String>,
    /// Its shape.
    pub dims: Vec<usize>,
}

/// A tensor of another shape than the model's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misshapen {
    /// Its name in the file.
    pub name: String,
    /// The model's name for it.
    pub tensor: String,
    /// The shape in the file.
    pub found: Vec<usize>,
    /// The shapes that it may have under this name.
    pub expected: Vec<Vec<usize>>,
}

/// A tensor of a number type that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongDtype {
    /// Its name in the file.
    pub name: String,
    /// The type as safetensors calls it: `F64`, `I8`.
    pub found: String,
}

/// A tensor that holds NaN or infinities.
#[derive(Debug, Clone, PartialEq)]
pub struct NotFinite {
    /// Its name in the file.
    pub name: String,
    /// How many of its elements are not finite.
    pub count: usize,
    /// The index of the first, in the file's order.
    pub first: Vec<usize>,
    /// The first one's value.
    pub value: f32,
}

/// A tensor of the model that stands in the file under several names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// The layer it belongs to and its Keras name.
    pub tensor: String,
    /// The names in the file.
    pub names: Vec<String>,
}

/// A rename that would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The file's name, with placeholders.
    pub from: String,
    /// The model's name, with placeholders.
    pub to: String,
    /// How many layers it covers.
    pub layers: usize,
    /// Whether another tensor of the file would fit as well, and only the order speaks for this one.
    pub guessed: bool,
}

/// As a model's text has it.
impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rename \"{}\" = \"{}\"", self.from, self.to)
    }
}

impl std::error::Error for Mismatch {}

impl Mismatch {
    /// Whether the file fits.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty()
            && self.surplus.is_empty()
            && self.misshapen.is_empty()
            && self.wrong_dtype.is_empty()
            && self.not_finite.is_empty()
            && self.repeated.is_empty()
    }

    /// The number of tensors that are wrong.
    pub fn problems(&self) -> usize {
        self.missing.len()
            + self.surplus.len()
            + self.misshapen.len()
            + self.wrong_dtype.len()
            + self.not_finite.len()
            + self.repeated.len()
    }
}

/// `3x3x64x128`; a scalar is `scalar`.
pub(crate) fn shape(dims: &[impl ToString]) -> String {
    if dims.is_empty() {
        return "scalar".to_owned();
    }
    dims.iter().map(ToString::to_string).collect::<Vec<_>>().join("x")
}

/// The most characters of a file's name that are shown; names of layers are shorter.
pub(crate) const MAX_NAME: usize = 200;

/// A name out of a file: a line's end or an escape in it must not look like our own text, and one
/// of a megabyte must not bury it.
pub(crate) fn printable(name: &str) -> String {
    let mut shown = String::new();
    for (count, c) in name.chars().enumerate() {
        if count == MAX_NAME {
            shown.push_str("...");
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The most names that are listed where one was not found.
const MAX_LISTED: usize = 20;

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown = names.iter().take(MAX_LISTED).map(|name| format!("`{}`", printable(name)));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.problems();
        let mistakes = if n == 1 { "mistake" } else { "mistakes" };
        write!(
            f,
            "{} does not fit the model's {} tensors: {n} {mistakes}",
            self.file, self.wanted
        )?;
        groups::missing(f, "missing", &self.missing)?;
        groups::surplus(f, "surplus", &self.surplus)?;
        groups::misshapen(f, "of another shape", &self.misshapen)?;
        groups::wrong_dtype(f, &self.wrong_dtype)?;
        groups::not_finite(f, &self.not_finite)?;
        groups::repeated(f, &self.repeated)?;
        groups::unused_renames(f, &self.unused_renames)?;
        groups::proposals(f, &self.proposals)
    }
}
