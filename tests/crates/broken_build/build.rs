//! Compiles a folder of models.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cnn_dsl::build::compile("models")?;
    Ok(())
}
