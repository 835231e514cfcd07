//! Channel shuffle: channel `g * n + i` goes to `i * groups + g`.

use super::{Context, activate, function};
use crate::emit::print::int;
use crate::plan::layers::shuffle::Shuffle;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a shuffle.
pub(super) fn emit(shuffle: &Shuffle, context: &Context<'_>) -> TokenStream {
    let c = shuffle.x.shape.channels();
    let epilogue = activate(&quote!(y), &shuffle.epilogue, context.rt);
    let (groups, n, c) = (int(shuffle.op.groups), int(c / shuffle.op.groups), int(c));
    let body = quote! {
        for (x, y) in x.as_chunks::<#c>().0.iter().zip(y.as_chunks_mut::<#c>().0) {
            for i in 0..#n { for g in 0..#groups { y[i * #groups + g] = x[g * #n + i]; } }
            #epilogue
        }
    };
    function(context, &[shuffle.x], &[shuffle.y], &body)
}
