//! The reference and the dynamic executor with weights from files, against independent frameworks.

#[path = "../given/mod.rs"]
mod given;
mod mobilenet;
mod network;
mod vgg;
