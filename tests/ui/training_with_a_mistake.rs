//! One mistake in a model that is trained: what its user writes about it brings no further errors.

use cnn_runtime::train::{Fit, FitError};
use cnn_runtime::{Init, InstructionSet};

cnn_runtime::cnn! {
    pub model Digits {
        input 28x28x1;
        conv 3x3, 4, relu -> 28x28x4;
        flatten;
        dense 10, softmax;
        train;
    }
}

fn train(images: &ndarray::Array4<f32>, labels: &[usize]) -> Result<DigitsInference, FitError> {
    let mut net = Digits::with_init(Init::HeNormal, 1);
    net.threads(2);
    net.use_instruction_set(InstructionSet::widest());
    net.load_matching("other.safetensors").map(|matching| println!("{matching}")).unwrap();
    net.freeze("conv1"..).unwrap();
    let history = net.fit(images, labels, Fit::default())?;
    println!("{} {}", history.epochs.len(), net.evaluate(images, labels)?.accuracy);
    net.save("digits.safetensors").unwrap();
    Ok(net.into_inference())
}

fn main() {
    train(&ndarray::Array4::zeros((1, 28, 28, 1)), &[3]).unwrap();
}
