//! The user's image, `f32` or bytes, preprocessed.

use super::Context;
use super::blocks::clear_sides_of;
use crate::emit::print::{float, index, int};
use crate::ir::Constant;
use crate::plan::layers::input::Input;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The text for an image of `f32`s and, where the input says `u8`, of bytes.
pub(super) fn emit(input: &Input, context: &Context<'_>) -> TokenStream {
    let floats = function(input, context, &context.name, &quote!(f32));
    if !input.preprocess.bytes {
        return floats;
    }
    let bytes = function(input, context, &bytes_name(&context.name), &quote!(u8));
    quote! { #floats #bytes }
}

/// The name of the function that takes bytes.
pub(in crate::emit) fn bytes_name(name: &Ident) -> Ident {
    format_ident!("{name}_u8")
}

fn function(
    input: &Input,
    context: &Context<'_>,
    name: &Ident,
    element: &TokenStream,
) -> TokenStream {
    let y = input.y;
    let preprocess = &input.preprocess;
    let (shape, layout) = (y.shape, y.layout);
    let (from, to) = (int(shape.len()), int(layout.len(shape)));
    let plain = preprocess.scale.is_empty() && preprocess.offset.is_empty() && !preprocess.bgr;
    let body = if plain && !preprocess.bytes && layout.is_dense(shape) {
        quote! { y.copy_from_slice(x); }
    } else {
        pixels(input, context.rt)
    };
    quote! {
        #[inline(never)]
        fn #name(x: &[#element; #from], y: &mut [f32; #to]) { #body }
    }
}

fn pixels(input: &Input, rt: &TokenStream) -> TokenStream {
    let [h, w, c] = input.y.shape.hwc();
    let preprocess = &input.preprocess;
    let clear = clear_sides_of(&quote!(y), input.y, rt);
    let channel = if preprocess.bgr {
        let last = int(c - 1);
        quote!(#last - c)
    } else {
        quote!(c)
    };
    let x = index(&[(&quote!(h), w * c), (&quote!(w), c)], 0, 0);
    let y = super::slice::place(input.y, &quote!(h), &quote!(w), &quote!(c));
    let mut value = quote!(f32::from(x[#x + #channel]));
    let mut constants = TokenStream::new();
    let count = int(c);
    for (name, list, operator) in
        [("SCALE", &preprocess.scale, quote!(*)), ("OFFSET", &preprocess.offset, quote!(+))]
    {
        if !list.is_empty() {
            let name = crate::emit::print::name(name);
            let values = list.iter().map(|Constant(value)| float(*value));
            constants.extend(quote! { const #name: [f32; #count] = [#(#values),*]; });
            value = quote!(#value #operator #name[c]);
        }
    }
    let (h, w) = (int(h), int(w));
    quote! {
        #constants
        #clear
        for h in 0..#h { for w in 0..#w { for c in 0..#count { y[#y] = #value; } } }
    }
}
