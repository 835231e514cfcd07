//! All mistakes at once, and none about the type that the model would have been.

use cnn_runtime::cnn;

cnn! {
    pub model Wrong {
        input 28x28x1;
        convv 3x3, 3, relu;
        conv 3x3, 3, stride 0, relu;
        flatten;
        dense 10, softmax;
    }
}

fn main() {
    let net = Wrong::init(1);
    let output: [f32; 10] = net.predict(&[[[0.0]; 28]; 28]);
    println!("{output:?} {}", Wrong::summary());
}
