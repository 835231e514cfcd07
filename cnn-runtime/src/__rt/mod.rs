//! What emitted code calls. No part of the public interface: it changes with the compiler, and the
//! version assertion at the head of every emitted model holds the two together.
//!
//! In: the arena, weights and images of one model. Here: their split into fixed-size regions, the
//! steps of kernels on vectors, and the net behind every emitted type. Not here: kernels.

mod batch;
mod clock;
mod net;
#[cfg(feature = "train")]
pub mod random;
mod regions;
mod rows;
#[cfg(feature = "train")]
pub mod slope;
#[cfg(feature = "train")]
pub mod train;
mod vector;

pub use crate::__enter as enter;
pub use crate::pool::{Part, Pool, Team};
pub use crate::simd::{self, InstructionSet, Sets, burst};
pub use batch::{Flat, flat, flat_mut, zeros};
pub use clock::{look, run_clock, step_begins, step_ends, take_times};
pub use cnn_weights::{Fold, Form, Pack, Role, Table, Tensor, Winograd};
pub use ndarray::{Array2, Array4, ArrayView2, ArrayView4};
pub use net::Net;
#[cfg(feature = "train")]
pub use regions::outputs_that_see;
pub use regions::{
    at, at_mut, clear_sides, disjoint, fixed, fixed_mut, part, part_mut, put, put_apart, put_first,
};
pub use rows::Rows;
pub use vector::{mul_add_scalar, step, step_scalar, sum, turns};

pub use crate::{Zeros, math};
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::convert::{AsRef, Into};
pub use std::ops::FnOnce;
pub use std::option::Option::{None, Some};
pub use std::path::Path;
pub use std::result::Result::{self, Ok};
pub use std::vec::Vec;

/// A row of a model's table of tensors.
pub const fn tensor(layer: &'static str, role: Role, dims: &'static [usize]) -> Tensor {
    Tensor { layer: Cow::Borrowed(layer), role, dims: Cow::Borrowed(dims) }
}

/// A row of a model's table of packed pieces.
pub const fn pack(offset: usize, len: usize, form: Form) -> Pack {
    Pack { offset, len, form }
}

/// Compares the compiler's version with this crate's, at compile time.
///
/// # Panics
/// Where they differ: the user sees the text as one compile error.
pub const fn assert_version(compiler: &str) {
    let ours = env!("CARGO_PKG_VERSION").as_bytes();
    let theirs = compiler.as_bytes();
    let mut same = ours.len() == theirs.len();
    let mut i = 0;
    while same && i < ours.len() {
        same = ours[i] == theirs[i];
        i += 1;
    }
    assert!(
        same,
        "this model was emitted by another version of cnn-dsl than the cnn-runtime it is compiled \
         with: give both the same version in Cargo.toml"
    );
}
