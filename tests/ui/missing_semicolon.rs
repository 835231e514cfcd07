//! A syntax error stands at the token that was found instead.

cnn_runtime::cnn! {
    model Wrong {
        input 28x28x1;
        conv 3x3, 3, relu
        conv 3x3, 3, relu;
    }
}

fn main() {}
