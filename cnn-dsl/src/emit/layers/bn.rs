//! A batch norm that stands alone: a factor and a summand a channel.

use super::Context;
use super::blocks::Elementwise;
use crate::emit::print::{index, int};
use crate::plan::layers::bn::Bn;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a batch norm.
pub(super) fn emit(bn: &Bn, context: &Context<'_>) -> TokenStream {
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let c = int(bn.x.shape.channels());
    let before = quote! { let (scale, shift) = w.split_at(#c); };
    let kernel = Elementwise { xs: &[bn.x], y: bn.y, epilogue: &bn.epilogue, before };
    let first = index(&[(&quote!(n), lanes)], 0, 0);
    kernel.emit(context, |xs, count| {
        let (x, count_of) = (&xs[0], int(count));
        let of = |list: TokenStream| {
            if count == lanes {
                quote!(v::load(#rt::at(#list, #first)))
            } else {
                quote!(v::load_first(#rt::part(#list, #first, #count_of)))
            }
        };
        let (scale, shift) = (of(quote!(scale)), of(quote!(shift)));
        quote! { let mut a = v::mul_add(#x, #scale, #shift); }
    })
}
