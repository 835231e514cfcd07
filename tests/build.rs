//! Compiles MobileNetV1 in the widths that the tests hold, and once without its softmax, whose
//! inputs are what Keras calls the logits. A packaged copy of this crate has no models beside it
//! and no tests that need them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use cnn_dsl::build::Build;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mobilenet = "../examples/models/mobilenet.cnn";
    if !Path::new(mobilenet).exists() {
        return Ok(());
    }
    let text = fs::read_to_string(mobilenet)?;
    let with = "dense classes, softmax;";
    assert!(text.contains(with), "MobileNetV1 ends in `{with}`");
    let headless = PathBuf::from(env::var("OUT_DIR")?).join("headless.cnn");
    fs::write(&headless, text.replace(with, "dense classes;").replace("MobileNetV1", "Logits075"))?;
    Build::new()
        .file(mobilenet)
        .model("MobileNetV1")
        .instance("MobileNet075", "MobileNetV1", [("alpha", 0.75)])
        .file(headless)
        .model("Logits075")
        .parameter("alpha", 0.75)
        .compile()?;
    Ok(())
}
