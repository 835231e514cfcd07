//! Activations that could not be fused, `prelu` with its slopes.

use super::Context;
use super::blocks::Elementwise;
use crate::emit::print::{index, int};
use crate::ir::Activation;
use crate::plan::layers::activation::Elementwise as Functions;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of element-wise functions.
pub(super) fn emit(kernel: &Functions, context: &Context<'_>) -> TokenStream {
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let slopes = kernel.functions.first() == Some(&Activation::Prelu);
    let epilogue = if slopes { &kernel.functions[1..] } else { &kernel.functions[..] };
    let first = index(&[(&quote!(n), lanes)], 0, 0);
    let before = TokenStream::new();
    Elementwise { xs: &[kernel.x], y: kernel.y, epilogue, before }.emit(context, |xs, count| {
        let x = &xs[0];
        if !slopes {
            return quote! { let mut a = #x; };
        }
        let count = int(count);
        quote! {
            let mut array = v::array(#x);
            for (e, slope) in array.iter_mut().zip(#rt::part(w, #first, #count)) {
                *e = #rt::math::leaky_relu(*e, *slope);
            }
            let mut a = v::of(array);
        }
    })
}
