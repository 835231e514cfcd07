//! Local response normalisation of each pixel, by the runtime's own function.

use super::{Context, activate, function};
use crate::emit::print::{float, int};
use crate::plan::layers::lrn::Lrn;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a local response normalisation.
pub(super) fn emit(lrn: &Lrn, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let c = int(lrn.x.shape.channels());
    let epilogue = activate(&quote!(y), &lrn.epilogue, rt);
    let size = int(lrn.op.size);
    let [factor, beta, k] = [lrn.op.factor(), lrn.op.beta.0, lrn.op.k.0].map(float);
    let body = quote! {
        for (x, y) in x.as_chunks::<#c>().0.iter().zip(y.as_chunks_mut::<#c>().0) {
            #rt::math::lrn(x, y, #size, #factor, #beta, #k);
            #epilogue
        }
    };
    function(context, &[lrn.x], &[lrn.y], &body)
}
