//! Weight files from a user's side: what fits is read, what does not fit is told.

mod damage;
mod file;
mod given;
mod mismatch;
mod names;
mod saved;
