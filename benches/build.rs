//! Compiles the models that are measured.
//!
//! In: `kernels/layers.cnn`; with the feature `peers` also the networks of `peers`. Out: their Rust,
//! that of the layers with a clock around each step.

#![forbid(unsafe_code)]

#[cfg(feature = "peers")]
#[path = "peers/archive.rs"]
mod archive;
#[path = "kernels/compile.rs"]
mod layers;
#[cfg(feature = "peers")]
#[path = "peers/compile.rs"]
mod peers;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rustc-check-cfg=cfg(embedded)");
    layers::compile()?;
    #[cfg(feature = "peers")]
    peers::compile()?;
    Ok(())
}
