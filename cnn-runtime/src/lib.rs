//! Convolutional networks as Rust types: what emitted code links against.

#![forbid(unsafe_code)]

pub mod math;
