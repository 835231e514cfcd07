//! Two models with mistakes and one without.

use cnn_runtime::cnn;

cnn! {
    pub model Broken {
        input 28x28x1;
        conv 3x3, 3, relu -> 28x28x3;
        convv 3x3, 3;
        flatten;
        dense 10, softmax;
    }

    pub model Sound { input 28x28x1; flatten; dense 10, softmax; }
}

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
