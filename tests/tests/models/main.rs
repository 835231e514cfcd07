//! The files of `examples/models`: their counts against the published implementations, what it costs
//! to summarise them, and forward passes of small configurations against PyTorch.

mod cost;
mod counts;
mod emitted;
mod formula;
mod forward;
mod pytorch;
mod small;
mod zoo;
