//! Weight files of `cnn` models.
//!
//! In: a safetensors file or a list of tensors, a [`Table`] that the compiler made, renames. Out:
//! every tensor in its canonical layout, checked against the table all at once, or one error that
//! lists everything that is wrong; and the packed blob that the kernels read. Also random weights by
//! a seed, and saving. Used at compile time by `weights "file";` and at run time by `load`; nothing
//! else in the project reads or packs weights. Arrays that are no weights are read here, too: from
//! such files by [`arrays`], from NumPy's by [`npy`].
//!
//! Users of a model meet [`Load`], which says where its weights come from, and [`LoadError`]. The
//! rest is for programs that read weights without a model:
//!
//! ```
//! use cnn_weights::{Load, Role, Tensor, init, read, to_bytes};
//!
//! let tensors = [
//!     Tensor::new("dense1", Role::DenseKernel { flattened: None }, vec![3, 2]),
//!     Tensor::new("dense1", Role::Bias, vec![2]),
//! ];
//! let values = init(&tensors, 7);
//! let file = to_bytes(&tensors, &values)?;
//! assert_eq!(read(&Load::bytes(file.clone()), &tensors, &[])?, values);
//!
//! // Another layer: what is missing and what is surplus is listed.
//! let other = [Tensor::new("head", Role::Bias, vec![2])];
//! let error = read(&Load::bytes(file), &other, &[]).unwrap_err();
//! assert!(error.to_string().contains("head.bias"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod array;
mod content;
mod error;
mod groups;
mod header;
mod init;
mod load;
mod matching;
pub mod npy;
mod pack;
mod proposal;
mod random;
mod read;
mod rename;
mod save;
mod stored;
mod table;
mod training;
mod winograd;

pub use array::{Array, Values, arrays};
pub use error::{
    LoadError, Mismatch, Misshapen, Missing, NotFinite, Proposal, Repeated, Surplus, WrongDtype,
};
pub use init::{Init, init, init_with};
pub use load::{Flatten, Load};
pub use matching::Matching;
pub use pack::{embed, pack, unpack};
pub use random::SplitMix64;
pub use read::{Taken, read, read_matching};
pub use save::{SaveError, replace_file, save, to_bytes};
pub use table::{Fold, Form, Pack, Role, Table, Tensor};
pub use training::{gradient_of, gradient_packs, pack_parameters, places, unpack_gradient};
pub use winograd::Winograd;
