//! A crate whose macro defines models; its users do not depend on the runtime.

pub use cnn_runtime::Model;

/// A classifier with one convolution. Every kind of macro variable stands in it.
#[macro_export]
macro_rules! classifier {
    ($(#[$attribute:meta])* $vis:vis $name:ident, $window:literal, $channels:expr, $act:tt, $classes:expr) => {
        $crate::__cnn_runtime::cnn! {
            $(#[$attribute])*
            $vis model $name {
                input 8x8x1;
                conv $window, (2 * $channels), $act;
                flatten;
                dense $classes, softmax;
            }
        }
    };
}

#[doc(hidden)]
pub use cnn_runtime as __cnn_runtime;
