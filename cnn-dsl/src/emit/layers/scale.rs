//! Multiplication by a constant.

use super::{Context, activated, function};
use crate::emit::print::float;
use crate::plan::layers::scale::Scale;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a scaling.
pub(super) fn emit(scale: &Scale, context: &Context<'_>) -> TokenStream {
    let factor = float(scale.op.0.0);
    let scaled = quote!(*x * #factor);
    let result = scale.epilogue.iter().fold(scaled, |x, f| activated(f, &x, context.rt));
    let body = quote! { for (x, y) in x.iter().zip(y) { *y = #result; } };
    function(context, &[scale.x], &[scale.y], &body)
}
