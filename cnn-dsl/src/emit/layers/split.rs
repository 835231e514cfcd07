//! The channels in several parts, pixel by pixel.

use super::{Context, function};
use crate::emit::print::{int, numbered};
use crate::plan::layers::split::Split;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a split.
pub(super) fn emit(split: &Split, context: &Context<'_>) -> TokenStream {
    let mut first = 0;
    let copies = split.ys.iter().enumerate().map(|(index, y)| {
        let name = numbered("y", index, split.ys.len());
        let c = y.shape.channels();
        let (from, to) = (int(first), int(first + c));
        first += c;
        let c = int(c);
        quote! { #name.as_chunks_mut::<#c>().0[pixel].copy_from_slice(&x[#from..#to]); }
    });
    let channels = int(split.x.shape.channels());
    let body = quote! {
        for (pixel, x) in x.as_chunks::<#channels>().0.iter().enumerate() { #(#copies)* }
    };
    function(context, &[split.x], &split.ys, &body)
}
