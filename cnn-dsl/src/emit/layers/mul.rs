//! The product of several operands, in their order; a 1x1xC one serves every pixel.

use super::{Context, activate, function, vectors};
use crate::emit::print::{int, numbered};
use crate::plan::layers::mul::Mul;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a product.
pub(super) fn emit(mul: &Mul, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let epilogue = activate(&quote!(a), &mul.epilogue, rt);
    let count = mul.xs.len();
    let [h, w, c] = mul.y.shape.hwc();
    let pixels = vectors(c, "c", |lanes, first| {
        let l = int(lanes);
        let operands = mul.xs.iter().enumerate().map(|(index, x)| {
            let name = numbered("x", index, count);
            let spread = x.shape.len() != mul.y.shape.len();
            let place = if spread { quote!(#first) } else { quote!(pixel + #first) };
            if index == 0 {
                quote! { let mut a = *#rt::at::<f32, #l>(#name, #place); }
            } else {
                quote! { #rt::mul(&mut a, #rt::at(#name, #place)); }
            }
        });
        quote! { #(#operands)* #epilogue #rt::put(y, pixel + #first, a); }
    });
    let (count, c) = (int(h * w), int(c));
    let body = quote! { for pixel in 0..#count { let pixel = pixel * #c; #pixels } };
    function(context, &mul.xs, &[mul.y], &body)
}
