//! A batch norm that stands alone: a factor and a summand a channel.

use super::{Context, activate, function};
use crate::emit::print::int;
use crate::plan::layers::bn::Bn;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a batch norm.
pub(super) fn emit(bn: &Bn, context: &Context<'_>) -> TokenStream {
    let c = int(bn.x.shape.channels());
    let epilogue = activate(&quote!(y), &bn.epilogue, context.rt);
    let body = quote! {
        let (scale, shift) = w.split_at(#c);
        for (x, y) in x.as_chunks::<#c>().0.iter().zip(y.as_chunks_mut::<#c>().0) {
            for (((x, scale), shift), y) in x.iter().zip(scale).zip(shift).zip(y.iter_mut()) {
                *y = *x * *scale + *shift;
            }
            #epilogue
        }
    };
    function(context, &[bn.x], &[bn.y], &body)
}
