//! An image of another shape than the model's does not compile.

cnn_runtime::cnn! {
    model Photos {
        input 224x224x3;
        pool avg global;
        dense 1000, softmax;
    }
}

fn main() {
    let digit = [[[0.0; 1]; 28]; 28];
    let net = Photos::init(1);
    let _ = net.predict(&digit);
}
