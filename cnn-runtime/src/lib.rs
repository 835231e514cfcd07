//! Convolutional networks as Rust types: what emitted code links against.

#![forbid(unsafe_code)]

#[cfg(feature = "executors")]
pub mod dynamic;
pub mod math;

#[cfg(feature = "executors")]
pub mod reference;
