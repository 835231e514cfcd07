//! Where weights come from and how their names are read: a file, bytes or a list of tensors, renames,
//! and the order of a flattened image. Nothing is opened here; [`read`](crate::read) does that.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A source of weights, with what is needed to read it.
///
/// ```
/// use cnn_weights::{Flatten, Load};
///
/// let load = Load::file("mobilenet.safetensors")
///     .rename("conv_dw_{i}", "separable{i}.dw1")
///     .rename("conv_dw_{i}_bn", "separable{i}.dw1.bn")
///     .flatten(Flatten::Chw);
/// # let _ = load;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    pub(crate) source: Source,
    pub(crate) renames: Vec<(String, String)>,
    pub(crate) flatten: Flatten,
}

/// What is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    File(PathBuf),
    Bytes(Cow<'static, [u8]>),
    Tensors(Vec<Given>),
}

/// A tensor that the program gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    pub name: String,
    pub dims: Vec<usize>,
    pub values: Vec<f32>,
}

/// In which order a PyTorch dense kernel (`weight`) behind a `flatten` takes the image.
///
/// Keras' `kernel` is always in the order height, width, channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flatten {
    /// Channels, height, width, as `torch.flatten` of an NCHW image gives; permuted when loaded.
    #[default]
    Chw,
    /// Height, width, channels, as this language's own `flatten`; taken as it is.
    Hwc,
}

impl Load {
    /// A safetensors file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::from_source(Source::File(path.into()))
    }

    /// The content of a safetensors file.
    pub fn bytes(bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::from_source(Source::Bytes(bytes.into()))
    }

    /// Tensors that the program itself gives, each with its name, its sizes and its values in row-major
    /// order. Names and layouts are a file's: a 3x3 filter over one channel is a `kernel` of 3x3x1x1 as
    /// Keras stores it, or a `weight` of 1x1x3x3 as PyTorch does.
    ///
    /// ```
    /// use cnn_weights::Load;
    ///
    /// let vertical_edges = [[1.0, 0.0, -1.0]; 3];
    /// let load = Load::tensors(&[
    ///     ("conv1.kernel", &[3, 3, 1, 1], vertical_edges.as_flattened()),
    ///     ("conv1.bias", &[1], &[0.5]),
    /// ]);
    /// # let _ = load;
    /// ```
    pub fn tensors(tensors: &[(&str, &[usize], &[f32])]) -> Self {
        let given = |&(name, dims, values): &(&str, &[usize], &[f32])| Given {
            name: name.to_owned(),
            dims: dims.to_vec(),
            values: values.to_vec(),
        };
        Self::from_source(Source::Tensors(tensors.iter().map(given).collect()))
    }

    /// Reads the file's name `from` as the model's name `to`.
    ///
    /// `from` covers a whole tensor name or the part of it before a `.` or `/` (these two are the
    /// same): `conv_dw_1` covers `conv_dw_1/kernel`, not `conv_dw_1_bn/gamma`. `{name}` in `from`
    /// stands for one or more characters other than `.` and `/`, and for the same characters in
    /// `to`. Each tensor is renamed at most once: by the fitting rename with the most literal
    /// characters, of equal ones by the first. With an empty `to` the covered part is dropped.
    #[must_use]
    pub fn rename(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renames.push((from.into(), to.into()));
        self
    }

    /// The order in which a PyTorch dense kernel behind a `flatten` takes the image.
    #[must_use]
    pub fn flatten(mut self, order: Flatten) -> Self {
        self.flatten = order;
        self
    }

    fn from_source(source: Source) -> Self {
        Self { source, renames: Vec::new(), flatten: Flatten::default() }
    }
}

impl From<&str> for Load {
    fn from(path: &str) -> Self {
        Self::file(path)
    }
}

impl From<&String> for Load {
    fn from(path: &String) -> Self {
        Self::file(path)
    }
}

impl From<String> for Load {
    fn from(path: String) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for Load {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<&PathBuf> for Load {
    fn from(path: &PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<PathBuf> for Load {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}
