//! The lecture's model, unrolled throughout: what it costs rustc is measured on this crate.

cnn_runtime::cnn! {
    pub model Unrolled {
        input 28x28x1;
        conv 3x3, 3, relu, unroll full;
        conv 3x3, 3, relu, unroll full;
        flatten;
        dense 10, softmax, unroll full;
    }
}
