//! The channels of all operands, pixel by pixel.

use super::{Context, activate, function};
use crate::emit::print::{int, numbered};
use crate::plan::layers::concat::Concat;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a concatenation.
pub(super) fn emit(concat: &Concat, context: &Context<'_>) -> TokenStream {
    let mut first = 0;
    let copies = concat.xs.iter().enumerate().map(|(index, x)| {
        let name = numbered("x", index, concat.xs.len());
        let c = x.shape.channels();
        let (from, to) = (int(first), int(first + c));
        first += c;
        let c = int(c);
        quote! { y[#from..#to].copy_from_slice(&#name.as_chunks::<#c>().0[pixel]); }
    });
    let channels = int(concat.y.shape.channels());
    let epilogue = activate(&quote!(y), &concat.epilogue, context.rt);
    let body = quote! {
        for (pixel, y) in y.as_chunks_mut::<#channels>().0.iter_mut().enumerate() {
            #(#copies)*
            #epilogue
        }
    };
    function(context, &concat.xs, &[concat.y], &body)
}
