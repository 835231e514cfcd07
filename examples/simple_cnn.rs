//! The lecture's first model, written as a macro: its summary, and a prediction with random weights.

#![forbid(unsafe_code)]

use cnn_runtime::{Image, cnn};

cnn! {
    /// Two convolutions of three filters each, then ten classes: 17,404 parameters.
    pub model SimpleCnn {
        input 28x28x1;
        conv 3x3, 3, relu                  -> 26x26x3;
        conv 3x3, 3, relu                  -> 24x24x3;
        flatten;
        dense 10, softmax;
    }
}

fn main() {
    println!("{}", SimpleCnn::summary());
    let net = SimpleCnn::init(1);
    let probabilities: [f32; 10] = net.predict(&ring());
    for (digit, probability) in probabilities.iter().enumerate() {
        println!("{digit}: {:5.1} %", 100.0 * probability);
    }
}

/// A nought: a ring of light on a dark ground.
fn ring() -> Image<28, 28, 1> {
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let (dy, dx) = (y as f32 - 13.5, x as f32 - 13.5);
            let distance = dy.hypot(dx) - 8.0;
            [(1.0 - distance.abs() / 2.0).max(0.0)]
        })
    })
}
