//! Tests of the command as it is built: what it prints, writes and refuses.

mod bench;
mod check;
mod cost;
mod explain;
mod folder;
mod readme;
// Scripts for `sh`, the limits and words of Linux with glibc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod robustness;
mod run;
mod summary;
mod usage;
