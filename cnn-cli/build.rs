//! Hands the versions of every dependency, as tested with the command, on to `src/run/package.rs`.
//!
//! In: `Cargo.lock`, the workspace's or the one that cargo packs with a published command. Out: its
//! copy for `include_str!`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| std::env::var_os(name).ok_or(format!("cargo sets {name}"));
    let (own, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let places = ["Cargo.lock", "../Cargo.lock"].map(|place| Path::new(&own).join(place));
    let lock: Option<PathBuf> = places.into_iter().find(|place| place.exists());
    let lock = lock.ok_or("no Cargo.lock beside the package or its workspace")?;
    println!("cargo::rerun-if-changed={}", lock.display());
    std::fs::copy(&lock, Path::new(&out).join("Cargo.lock"))?;
    Ok(())
}
