//! A model that is given the weights of another.

use cnn_runtime::{Load, LoadError, cnn};

cnn! {
    pub model Digits {
        input 28x28x1;
        conv 3x3, 4, relu;
        flatten;
        dense 10, softmax;
    }
}

/// They are those of a model with 8 filters; its dense layer bears another name.
pub fn load() -> Result<Digits, LoadError> {
    Digits::load(Load::tensors(&[
        ("conv1.kernel", &[3, 3, 1, 8], &[0.0; 3 * 3 * 8]),
        ("conv1.bias", &[8], &[0.0; 8]),
        ("logits.kernel", &[2704, 10], &[0.0; 2704 * 10]),
        ("logits.bias", &[10], &[0.0; 10]),
    ]))
}
