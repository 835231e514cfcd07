//! The output of one model into another that takes something else does not compile.

use cnn_runtime::{Model, cnn};

cnn! {
    model Backbone { input 28x28x1; conv 3x3, 8, stride 2, pad same, relu; }
    model Head { input 7x7x8; pool avg global; dense 10, softmax; }
}

fn main() {
    let _ = Backbone::init(1).then(Head::init(1));
}
