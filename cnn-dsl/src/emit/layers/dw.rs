//! Depthwise convolution: neighbouring channels at a time, each with its own filter.

use super::window::{Tile, Window};
use super::{Context, activate, function, unroll, vectors};
use crate::emit::print::{index, int};
use crate::plan::layers::dw::Dw;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a depthwise convolution.
pub(super) fn emit(dw: &Dw, context: &Context<'_>) -> TokenStream {
    let op = &dw.op;
    let window = Window::new(op.kernel, op.stride, op.dilation, op.pads, dw.x, dw.y);
    if dw.unroll {
        return unroll::dw(dw, &window, context);
    }
    let row = window.row(1, |tile| pixel(dw, &window, tile, context));
    let p = int(window.output[0]);
    let body = quote! { for p in 0..#p { #row } };
    function(context, &[dw.x], &[dw.y], &body)
}

/// One output pixel.
fn pixel(dw: &Dw, window: &Window, tile: &Tile<'_>, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let [_, width, k] = window.output;
    let multiplier = dw.op.multiplier;
    let s = dw.op.kernel[1];
    let columns = tile.columns.clone().unwrap_or_else(|| {
        let s = int(s);
        quote!(0..#s)
    });
    let rows = window.rows();
    let x = window.place(tile.q, 0, &quote!(s));
    let epilogue = activate(&quote!(a), &dw.epilogue, rt);
    let sum = |lanes: usize, c: &TokenStream, step: TokenStream| {
        let l = int(lanes);
        let place = index(&[(&quote!(p), width * k), (tile.q, k), (c, 1)], 0, 0);
        quote! {
            let mut a = *#rt::at::<f32, #l>(b, #c);
            for r in #rows { for s in #columns { #step } }
            #epilogue
            #rt::put(y, #place, a);
        }
    };
    let taps = [(&quote!(r), s * k), (&quote!(s), k)];
    if multiplier == 1 {
        return vectors(k, "c", |lanes, c| {
            let w = index(&[taps[0], taps[1], (c, 1)], 0, 0);
            sum(lanes, c, quote! { #rt::mul_add(&mut a, #rt::at(x, #x + #c), #rt::at(w, #w)); })
        });
    }
    let first = quote!(first);
    let w = index(&[taps[0], taps[1], (&first, 1)], 0, 0);
    let step = quote! { #rt::mul_add_scalar(&mut a, x[#x + c], #rt::at(w, #w)); };
    let inside = sum(multiplier, &first, step);
    let (channels, multiplier) = (int(k / multiplier), int(multiplier));
    quote! { for c in 0..#channels { let first = c * #multiplier; #inside } }
}
