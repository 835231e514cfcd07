//! Compiles every model of `models/`. The crate is built anew when one of its files changes.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cnn_dsl::build::compile("models")?;
    Ok(())
}
