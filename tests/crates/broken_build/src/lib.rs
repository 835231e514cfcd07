//! A model with a mistake, compiled by the build script.

/// The models.
pub mod models {
    cnn_runtime::include_models!();
}

use models::{Broken, Sound};

/// What a user writes: each line would be one more error if the type were missing.
pub fn run(image: &[[[f32; 1]; 28]; 28]) -> Result<[f32; 10], Box<dyn std::error::Error>> {
    let net = Broken::init(1);
    let _ = net.predict(image);
    let net = Broken::load("weights.safetensors")?;
    let probabilities = net.predict(image);
    println!("{}", Broken::summary());
    println!("{} {}", Broken::PARAMETERS, Broken::MULT_ADDS);
    let _: [f32; 10] = Sound::init(1).predict(image);
    Ok(probabilities)
}
