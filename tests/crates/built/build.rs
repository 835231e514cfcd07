//! Compiles a folder of models, a file with parameters, and one that embeds its weights.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cnn_dsl::build::Build::new()
        .folder("models")
        .file("tunable.cnn")
        .model("Tunable")
        .parameter("alpha", "0.5")
        .instance("Wide", "Tunable", [("alpha", "2"), ("classes", "3")])
        .file("pretrained.cnn")
        .compile()?;
    Ok(())
}
