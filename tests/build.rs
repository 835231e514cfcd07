//! Compiles MobileNetV1 in the widths that the tests hold, and once without its softmax, whose
//! inputs are what Keras calls the logits; in a folder of their own, small configurations of other
//! models. A packaged copy of this crate has no models beside it and no tests that need them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use cnn_dsl::build::Build;

#[path = "tests/models/small.rs"]
mod small;

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
    let folder = PathBuf::from(env::var("OUT_DIR")?).join("small");
    fs::create_dir_all(&folder)?;
    let emitted = [
        small::EFFICIENTNET,
        small::DENSENET,
        small::SQUEEZENET,
        small::SENET,
        small::DPN,
        small::UNET,
    ];
    let build = emitted.iter().fold(Build::new(), |build, small| {
        let build = build.file(format!("../examples/models/{}.cnn", small.file)).model(small.model);
        small.parameters.iter().fold(build, |build, (name, value)| build.parameter(name, value))
    });
    build.out_dir(folder).compile()?;
    Ok(())
}
