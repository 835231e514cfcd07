//! Tells the digit of a drawing: `cargo run --release [-- WEIGHTS.safetensors]`.
//!
//! Without weights they are random, and so is the answer.

use cnn_runtime::{Bytes, LoadError};
use models::Digits;
use std::process::ExitCode;

/// The types that the build script made of `models/*.cnn`.
mod models {
    cnn_runtime::include_models!();
}

// Without a build script, one model of a file: here with more filters than its default.
cnn_runtime::include_model!("models/digits.cnn", Digits as WideDigits, filters = 32);

fn main() -> ExitCode {
    println!("{}", Digits::summary());
    println!("small: {} parameters", models::SmallDigits::PARAMETERS);
    println!("wide: {} parameters\n", WideDigits::PARAMETERS);
    let net = match net(std::env::args().nth(1)) {
        Ok(net) => net,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let probabilities: [f32; 10] = net.predict_u8(&seven());
    for (digit, probability) in probabilities.iter().enumerate() {
        println!("{digit}: {:5.1} %", 100.0 * probability);
    }
    ExitCode::SUCCESS
}

/// Every name and shape of a file is checked before the net is made.
fn net(weights: Option<String>) -> Result<Digits, LoadError> {
    match weights {
        Some(file) => Digits::load(file),
        None => Ok(Digits::init(1)),
    }
}

/// A bar and a slanted line. Bytes of another size would not compile.
fn seven() -> Bytes<28, 28, 1> {
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let bar = (5..8).contains(&y) && (7..21).contains(&x);
            let line = (8..23).contains(&y) && (18..20).contains(&(x + (y - 8) / 2));
            [if bar || line { 255 } else { 0 }]
        })
    })
}
