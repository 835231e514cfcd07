//! Tells the digit of a drawing: `cargo run --release [-- WEIGHTS.safetensors]`.
//!
//! Without weights they are random, and so is the answer.

use cnn_runtime::{Bytes, LoadError};
use models::Digits;

/// The types that the build script made of `models/*.cnn`.
mod models {
    cnn_runtime::include_models!();
}

// Without a build script, one model of a file: here with more filters than its default.
cnn_runtime::include_model!("models/digits.cnn", Digits as WideDigits, filters = 32);

fn main() -> Result<(), LoadError> {
    println!("{}", Digits::summary());
    println!("small: {} parameters", models::SmallDigits::PARAMETERS);
    println!("wide: {} parameters\n", WideDigits::PARAMETERS);

    let net = match std::env::args().nth(1) {
        Some(file) => Digits::load(file)?,
        None => Digits::init(1),
    };
    let probabilities: [f32; 10] = net.predict_u8(&seven());
    for (digit, probability) in probabilities.iter().enumerate() {
        println!("{digit}: {:5.1} %", 100.0 * probability);
    }
    Ok(())
}

/// A bar and a slanted line. Bytes of another size would not compile.
fn seven() -> Bytes<28, 28, 1> {
    let mut image = [[[0]; 28]; 28];
    for row in &mut image[5..8] {
        row[7..21].fill([255]);
    }
    for y in 8..23 {
        let x = 20 - (y - 8) / 2;
        image[y][x - 2..x].fill([255]);
    }
    image
}
