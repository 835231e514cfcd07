//! Models in a crate that forbids what can be forbidden; most of what they offer is not used.

#![forbid(unsafe_code)]
#![deny(missing_docs, unused, unreachable_pub, unused_qualifications)]
#![deny(clippy::all, clippy::pedantic)]

use cnn_runtime::{cnn, include_model};

cnn! {
    pub model Undocumented {
        input 8x8x3, u8, scale (1/127.5), offset -1;
        conv 3x3, 4, bn, relu;
        dw 3x3, stride 2, pad same, bn, relu6;
        pool avg global;
        dense 10, softmax;
    }

    /// Documented.
    pub model TwoInTwoOut {
        /// The image.
        input image: 4x4x2;
        input meta: 32;
        flatten;
        add meta;
        let small = dense 2;
        dense 3, softmax;
        let large = last;
        output small, large;
    }
}

include_model!("models.cnn", Included as Renamed, classes = 3);

mod private {
    use cnn_runtime::cnn;

    cnn! {
        model Private { input 4x4x1; conv 3x3, 2, relu; flatten; dense 2; }
        pub(crate) model Visible { input 4x4x1; flatten; dense 2; }
    }

    /// Uses one function of a model and nothing else.
    pub(crate) fn parameters() -> u64 {
        Private::PARAMETERS
    }
}

/// The parameters of the models that others do not see.
#[must_use]
pub fn parameters() -> u64 {
    private::parameters() + private::Visible::PARAMETERS
}
