//! Tests of the command as it is built: what it prints, writes and refuses.

mod check;
mod folder;
mod readme;
mod robustness;
mod run;
mod summary;
mod usage;
