//! The pages of `docs/`: every snippet does what the page says.
//!
//! `BLESS=1 cargo test -p cnn-tests --test docs` writes anew what is generated in them.

mod bless;
mod claims;
mod emitted;
mod errors;
mod fences;
mod language;
mod limits;
mod numerics;
mod snippets;
