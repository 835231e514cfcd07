//! The caret stands under the asserted shape.

cnn_runtime::cnn! {
    pub model Wrong {
        input 224x224x3;
        conv 3x3, 32, stride 2, pad same, bn, relu6 -> 112x112x64;
    }
}

fn main() {}
