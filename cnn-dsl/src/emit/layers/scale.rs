//! Multiplication by a constant.

use super::Context;
use super::blocks::Elementwise;
use crate::emit::print::float;
use crate::plan::layers::scale::Scale;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a scaling.
pub(super) fn emit(scale: &Scale, context: &Context<'_>) -> TokenStream {
    let factor = float(scale.op.0.0);
    let before = quote! { let factor = v::splat(#factor); };
    let kernel = Elementwise { xs: &[scale.x], y: scale.y, epilogue: &scale.epilogue, before };
    kernel.emit(context, |xs, _| {
        let x = &xs[0];
        quote! { let mut a = v::mul(#x, factor); }
    })
}
