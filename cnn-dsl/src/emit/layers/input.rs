//! The user's image, `f32` or bytes, preprocessed.

use super::Context;
use super::blocks::clear_sides_of;
use crate::emit::print::{float, index, int};
use crate::ir::Constant;
use crate::plan::layers::PANEL;
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
    let body = if preprocess.is_none() && layout.is_dense(shape) {
        quote! { y.copy_from_slice(x); }
    } else if layout.is_flat(shape) {
        rows(input, context.rt)
    } else {
        pixels(input, context.rt)
    };
    quote! {
        #[inline(never)]
        fn #name(x: &[#element; #from], y: &mut [f32; #to]) { #body }
    }
}

/// Where the channels lie side by side in the value too: runs of so many pixels that whole vectors
/// have the same scales and offsets one after the other.
fn rows(input: &Input, rt: &TokenStream) -> TokenStream {
    let [_, w, c] = input.y.shape.hwc();
    let layout = input.y.layout;
    let pixels = (1..=PANEL).find(|pixels| (pixels * c).is_multiple_of(PANEL)).unwrap_or(1);
    let run = (pixels * c).min(w * c);
    let channel = if input.preprocess.bgr {
        let (c, last) = (int(c), int(c - 1));
        quote!(i / #c * #c + #last - i % #c)
    } else {
        quote!(i)
    };
    let (constants, value) = converted(input, run, &channel, &quote!(i));
    let convert = |count: usize| {
        let count = int(count);
        quote! { for i in 0..#count { y[i] = #value; } }
    };
    let whole = convert(run);
    let rest = if (w * c).is_multiple_of(run) {
        TokenStream::new()
    } else {
        let (rest, run) = (convert(w * c % run), int(run));
        quote! {
            let (x, y) = (x.as_chunks::<#run>().1, y.as_chunks_mut::<#run>().1);
            #rest
        }
    };
    let clear = clear_sides_of(&quote!(y), input.y, rt);
    let (run, from, to) = (int(run), int(w * c), int(layout.row(input.y.shape)));
    let left = int(layout.left * c);
    quote! {
        #constants
        #clear
        for (x, y) in x.as_chunks::<#from>().0.iter().zip(y.as_chunks_mut::<#to>().0) {
            let y = #rt::at_mut::<#from>(y, #left);
            for (x, y) in x.as_chunks::<#run>().0.iter().zip(y.as_chunks_mut::<#run>().0) {
                #whole
            }
            #rest
        }
    }
}

/// The constants of a run of elements, from a pixel's first one on, and a converted element: of
/// place `from` in the image, with the constants of place `of`.
fn converted(
    input: &Input,
    run: usize,
    from: &TokenStream,
    of: &TokenStream,
) -> (TokenStream, TokenStream) {
    let preprocess = &input.preprocess;
    let mut value = quote!(f32::from(x[#from]));
    let mut constants = TokenStream::new();
    let count = int(run);
    for (name, list, operator) in
        [("SCALE", &preprocess.scale, quote!(*)), ("OFFSET", &preprocess.offset, quote!(+))]
    {
        if !list.is_empty() {
            let name = crate::emit::print::name(name);
            let values = list.iter().cycle().take(run).map(|Constant(value)| float(*value));
            constants.extend(quote! { const #name: [f32; #count] = [#(#values),*]; });
            value = quote!(#value #operator #name[#of]);
        }
    }
    (constants, value)
}

/// Where the channels lie apart: one element at a time.
fn pixels(input: &Input, rt: &TokenStream) -> TokenStream {
    let [h, w, c] = input.y.shape.hwc();
    let clear = clear_sides_of(&quote!(y), input.y, rt);
    let x = index(&[(&quote!(h), w * c), (&quote!(w), c)], 0, 0);
    let channel = if input.preprocess.bgr {
        let last = int(c - 1);
        quote!(#x + #last - c)
    } else {
        quote!(#x + c)
    };
    let (constants, value) = converted(input, c, &channel, &quote!(c));
    let y = super::slice::place(input.y, &quote!(h), &quote!(w), &quote!(c));
    let (h, w, c) = (int(h), int(w), int(c));
    quote! {
        #constants
        #clear
        for h in 0..#h { for w in 0..#w { for c in 0..#c { y[#y] = #value; } } }
    }
}
