//! The product of several operands, in their order; a 1x1xC one serves every pixel.

use super::Context;
use super::blocks::Elementwise;
use crate::plan::layers::mul::Mul;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a product.
pub(super) fn emit(mul: &Mul, context: &Context<'_>) -> TokenStream {
    let before = TokenStream::new();
    let kernel = Elementwise { xs: &mul.xs, y: mul.y, epilogue: &mul.epilogue, before };
    kernel.emit(context, |xs, _| {
        let (first, others) = (&xs[0], &xs[1..]);
        quote! { let mut a = #first; #(a = v::mul(a, #others);)* }
    })
}
