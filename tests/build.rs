//! Compiles MobileNetV1 in the widths that the tests hold, and once without its softmax, whose
//! inputs are what Keras calls the logits; in a folder of their own, small configurations of other
//! models, some without their softmax. A packaged copy of this crate has no models beside it and no
//! tests that need them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use cnn_dsl::build::Build;

#[path = "tests/models/small.rs"]
mod small;

/// The repository's models.
const MODELS: &str = "../examples/models";

fn main() -> Result<(), Box<dyn Error>> {
    if !Path::new(MODELS).exists() {
        return Ok(());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let text = headless("mobilenet")?.replace("MobileNetV1", "Logits075");
    fs::write(out.join("headless.cnn"), text)?;
    Build::new()
        .file(format!("{MODELS}/mobilenet.cnn"))
        .model("MobileNetV1")
        .instance("MobileNet075", "MobileNetV1", [("alpha", 0.75)])
        .file(out.join("headless.cnn"))
        .model("Logits075")
        .parameter("alpha", 0.75)
        .compile()?;
    small_models(&out)
}

/// One type a configuration, in a folder of their own.
fn small_models(out: &Path) -> Result<(), Box<dyn Error>> {
    let whole = [
        small::EFFICIENTNET,
        small::DENSENET,
        small::SQUEEZENET,
        small::SENET,
        small::DPN,
        small::UNET,
    ];
    // Of their logits one is larger than the others by far: behind a softmax that would be all to see.
    let logits =
        [small::ALEXNET_TWO_GROUPS, small::AMOEBANET_A, small::AMOEBANET_B, small::AMOEBANET_C];
    let texts = out.join("headless");
    fs::create_dir_all(texts.join("blocks"))?;
    let cells = "blocks/cells.cnn";
    fs::copy(Path::new(MODELS).join(cells), texts.join(cells))?;
    println!("cargo::rerun-if-changed={MODELS}/{cells}");
    for small in &logits {
        fs::write(texts.join(format!("{}.cnn", small.file)), headless(small.file)?)?;
    }
    let folder = out.join("small");
    fs::create_dir_all(&folder)?;
    let (mut build, mut named) = (Build::new(), "");
    let whole = whole.iter().map(|small| (Path::new(MODELS), small));
    for (place, small) in whole.chain(logits.iter().map(|small| (&*texts, small))) {
        if small.file != named {
            build = build.file(place.join(format!("{}.cnn", small.file)));
            named = small.file;
        }
        build = build.model(small.model);
        for (name, value) in small.parameters {
            build = build.parameter(name, value);
        }
    }
    build.out_dir(folder).compile()?;
    Ok(())
}

/// A model's text without the softmax behind its dense layer, whose inputs are the logits.
fn headless(file: &str) -> Result<String, Box<dyn Error>> {
    let path = format!("{MODELS}/{file}.cnn");
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path)?;
    let with = "dense classes, softmax;";
    assert!(text.contains(with), "{file} ends in `{with}`");
    Ok(text.replace(with, "dense classes;"))
}
