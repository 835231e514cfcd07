//! The sum of several operands, in their order.

use super::Context;
use super::blocks::Elementwise;
use crate::plan::layers::add::Add;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a sum.
pub(super) fn emit(add: &Add, context: &Context<'_>) -> TokenStream {
    let before = TokenStream::new();
    let kernel = Elementwise { xs: &add.xs, y: add.y, epilogue: &add.epilogue, before };
    kernel.emit(context, |xs, _| {
        let (first, others) = (&xs[0], &xs[1..]);
        quote! { let mut a = #first; #(a = v::add(a, #others);)* }
    })
}
