//! Convolutional networks as Rust types: what emitted models run on, and what their users see.
//!
//! In: models that `cnn!` or a build script emitted. Here: images as fixed-size arrays and views
//! of ndarray's tensors, the [`Model`] trait for code over any model, workspaces, and (with the
//! feature `executors`) the reference and the dynamic executor. Kernels are not here: the compiler
//! writes them into the user's crate, for the shapes of the model.

#![forbid(unsafe_code)]

#[cfg(feature = "executors")]
pub mod dynamic;
mod image;
mod layer_info;
mod macros;
pub mod math;
mod model;
#[cfg(feature = "executors")]
pub mod reference;
mod then;
mod workspace;

#[doc(hidden)]
pub mod __rt;

pub use cnn_weights::{Flatten, Load, LoadError};
pub use image::{Bytes, Image, ShapeError, Zeros, image, images};
pub use layer_info::LayerInfo;
pub use model::{Loadable, Model};
pub use then::{Then, ThenWorkspace};
pub use workspace::Workspace;

/// What the macros above expand to; `$crate` goes with it.
#[doc(hidden)]
pub use cnn_macros as __macros;
