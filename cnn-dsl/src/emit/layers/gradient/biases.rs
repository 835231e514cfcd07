//! The gradient of biases alone.

use super::conv;
use crate::emit::layers::{Context, function, vectors_of};
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the sums of `d_y` over the pixels, which the kernel of a convolution's gradients adds
/// as its second operand to its second gradient.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let (v, sums) = (vectors_of(context), conv::bias(1, kernel.xs[0], context));
    let body = quote! { #v let (x1, d_b) = (x, d_w); #sums };
    function(context, &kernel.xs, &[], &body)
}
