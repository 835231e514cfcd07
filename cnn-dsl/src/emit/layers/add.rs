//! The sum of several operands, in their order.

use super::{Context, activate, function, vectors};
use crate::emit::print::{int, numbered};
use crate::plan::layers::add::Add;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a sum.
pub(super) fn emit(add: &Add, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let epilogue = activate(&quote!(a), &add.epilogue, rt);
    let count = add.xs.len();
    let xs: Vec<_> = (1..count).map(|index| numbered("x", index, count)).collect();
    let first = numbered("x", 0, count);
    let body = vectors(add.y.shape.len(), "place", |lanes, place| {
        let l = int(lanes);
        quote! {
            let mut a = *#rt::at::<f32, #l>(#first, #place);
            #(#rt::add(&mut a, #rt::at(#xs, #place));)*
            #epilogue
            #rt::put(y, #place, a);
        }
    });
    function(context, &add.xs, &[add.y], &body)
}
