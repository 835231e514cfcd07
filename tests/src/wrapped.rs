//! A model behind a macro of another crate, for `tests/ui/through_a_macro.rs`.

/// A classifier of 8x8 images with one convolution.
#[macro_export]
macro_rules! classifier {
    ($name:ident, $window:literal, $classes:expr) => {
        $crate::cnn_runtime::cnn! {
            pub model $name {
                input 8x8x1;
                conv $window, 4, relu;
                flatten;
                dense $classes, softmax;
            }
        }
    };
}
