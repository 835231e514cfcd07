//! Softmax over the channels of each pixel, by the runtime's own function.

use super::{Context, activate, function};
use crate::emit::print::int;
use crate::plan::layers::softmax::Softmax;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a softmax.
pub(super) fn emit(softmax: &Softmax, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let c = int(softmax.x.shape.channels());
    let epilogue = activate(&quote!(y), &softmax.epilogue, rt);
    let body = quote! {
        for (x, y) in x.as_chunks::<#c>().0.iter().zip(y.as_chunks_mut::<#c>().0) {
            #rt::math::softmax(x, y);
            #epilogue
        }
    };
    function(context, &[softmax.x], &[softmax.y], &body)
}
