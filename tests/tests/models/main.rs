//! The files of `examples/models`: their counts against the published implementations, and forward
//! passes of small configurations against PyTorch; and whether each can be trained.

mod counts;
mod emitted;
mod formula;
mod forward;
mod pytorch;
mod small;
mod trainable;
mod zoo;
