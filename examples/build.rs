//! Compiles `models/mobilenet.cnn`, in the width that the example's weights were trained with.

#![forbid(unsafe_code)]

use cnn_dsl::build::{Build, BuildError};

fn main() -> Result<(), BuildError> {
    Build::new()
        .file("models/mobilenet.cnn")
        .model("MobileNetV1")
        .parameter("alpha", "0.75")
        .compile()
}
