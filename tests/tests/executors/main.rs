//! The reference and the dynamic executor with weights from files, against independent frameworks.

mod mobilenet;
mod network;
mod vgg;
