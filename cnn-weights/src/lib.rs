//! Weight files of `cnn` models.
//!
//! In: a safetensors file or a list of tensors, a [`Table`] that the compiler made, renames. Out: every tensor in its
//! canonical layout, checked against the table all at once, or one error that lists everything that
//! is wrong; and the packed blob that the kernels read. Also random weights by a seed, and saving.
//! Used at compile time by `weights "file";` and at run time by `load`; nothing else in the project
//! reads or packs weights.

#![forbid(unsafe_code)]

mod content;
mod error;
mod header;
mod init;
mod load;
mod pack;
mod proposal;
mod read;
mod rename;
mod save;
mod stored;
mod table;

pub use error::{
    LoadError, Mismatch, Misshapen, Missing, NotFinite, Proposal, Repeated, Surplus, WrongDtype,
};
pub use init::init;
pub use load::{Flatten, Load};
pub use pack::pack;
pub use read::read;
pub use save::{SaveError, save, to_bytes};
pub use table::{Fold, Form, Pack, Role, Table, Tensor};
