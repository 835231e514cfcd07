//! A macro of another crate defines the model: the caret stands under the token that came from here.

cnn_tests::classifier!(Wrong, 9x9, 10);

fn main() {}
