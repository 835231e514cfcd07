//! `d_x` of a local response normalisation of each pixel, by the runtime's own function.

use crate::emit::layers::{Context, function};
use crate::emit::print::{float, int};
use crate::ir::layers::lrn::Lrn;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the gradient.
pub(super) fn emit(op: &Lrn, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let (c, size) = (int(kernel.ys[0].shape.channels()), int(op.size));
    let [factor, beta, k] = [op.factor(), op.beta.0, op.k.0].map(float);
    let body = quote! {
        let pixels = x0.as_chunks::<#c>().0.iter().zip(x1.as_chunks::<#c>().0);
        for ((x, d_y), d_x) in pixels.zip(y.as_chunks_mut::<#c>().0) {
            #rt::slope::lrn(x, d_y, d_x, #size, #factor, #beta, #k);
        }
    };
    function(context, &kernel.xs, &kernel.ys, &body)
}
