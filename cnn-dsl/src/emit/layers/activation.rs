//! Activations that could not be fused, `prelu` with its slopes.

use super::{Context, activated, function};
use crate::emit::print::int;
use crate::ir::Activation;
use crate::plan::layers::activation::Elementwise;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of element-wise functions.
pub(super) fn emit(kernel: &Elementwise, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let slopes = kernel.functions.first() == Some(&Activation::Prelu);
    let element = if slopes { quote!(#rt::math::leaky_relu(*x, *w)) } else { quote!(*x) };
    let result = kernel.functions.iter().fold(element, |x, f| activated(f, &x, rt));
    let body = if slopes {
        let c = int(kernel.x.shape.channels());
        quote! {
            for (x, y) in x.as_chunks::<#c>().0.iter().zip(y.as_chunks_mut::<#c>().0) {
                for ((x, w), y) in x.iter().zip(w).zip(y) { *y = #result; }
            }
        }
    } else {
        quote! { for (x, y) in x.iter().zip(y) { *y = #result; } }
    };
    function(context, &[kernel.x], &[kernel.y], &body)
}
