//! Depthwise convolution: neighbouring channels at a time, each with its own filter.

use super::conv::clear_sides;
use super::window::{Tile, Window};
use super::{Context, activate, activate_vector, function, unroll, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::dw::Dw;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The text of a depthwise convolution.
pub(super) fn emit(dw: &Dw, context: &Context<'_>) -> TokenStream {
    let op = &dw.op;
    let window = Window::new(op.kernel, op.stride, op.dilation, op.pads, dw.x, dw.y);
    if dw.unroll {
        return unroll::dw(dw, &window, context);
    }
    let p = int(window.output[0]);
    let body = if op.multiplier == 1 {
        let (v, clear) = (vectors_of(context), clear_sides(dw.y, context.rt));
        let rows = rows(dw, &window, context);
        quote! { #v #clear for p in 0..#p { #rows } }
    } else {
        let row = window.row(1, |tile| multiplied(dw, &window, tile, context));
        quote! { for p in 0..#p { #row } }
    };
    function(context, &[dw.x], &[dw.y], &body)
}

/// Output row `p`: a vector of channels at a time along the whole row.
fn rows(dw: &Dw, window: &Window, context: &Context<'_>) -> TokenStream {
    let [_, _, k] = window.output;
    let lanes = context.isa.lanes();
    let pixels = dw.pixels(context.isa);
    let row = |count: usize| window.row(pixels, |tile| tile_of(dw, window, tile, count, context));
    let (whole, rest) = (k / lanes, k % lanes);
    let mut code = TokenStream::new();
    if whole > 0 {
        let (inside, count) = (row(lanes), int(whole));
        code.extend(quote! { for n in 0..#count { #inside } });
    }
    if rest > 0 {
        let (inside, n) = (row(rest), int(whole));
        code.extend(quote! { { let n = #n; #inside } });
    }
    code
}

/// Neighbouring pixels of `count` channels.
fn tile_of(
    dw: &Dw,
    window: &Window,
    tile: &Tile<'_>,
    count: usize,
    context: &Context<'_>,
) -> TokenStream {
    let rt = context.rt;
    let lanes = context.isa.lanes();
    let [_, _, k] = window.output;
    let [_, s_count] = dw.op.kernel;
    let load = |from: TokenStream, place: TokenStream, whole: bool| {
        if whole || count == lanes {
            return quote!(v::load(#rt::at(#from, #place)));
        }
        let count = int(count);
        quote!(v::load_first(#rt::part(#from, #place, #count)))
    };
    // Where a vector of channels lies: blocks of a row, or neighbours in a pixel.
    let step = |view: crate::plan::layers::View| {
        if view.layout.is_dense(view.shape) {
            return (lanes, false);
        }
        (if lanes == view.layout.lanes { view.layout.block(view.shape) } else { 0 }, true)
    };
    let ((x_step, x_whole), (y_step, y_whole)) = (step(dw.x), step(dw.y));
    let n = quote!(n);
    let rows = window.rows();
    let a: Vec<_> = (0..tile.pixels).map(|pixel| format_ident!("a{pixel}")).collect();
    let bias = load(quote!(b), index(&[(&n, lanes)], 0, 0), false);
    let weight = |s: &TokenStream| {
        let place = index(&[(&quote!(r), s_count * k), (s, k), (&n, lanes)], 0, 0);
        load(quote!(w), place, false)
    };
    let sum = if let Some(columns) = &tile.columns {
        let (x, w) = (window.place(tile.q, 0, &quote!(s)), weight(&quote!(s)));
        let x = load(quote!(x), index(&[(&x, 1), (&n, x_step)], 0, 0), x_whole);
        let a = &a[0];
        quote! { for s in #columns { #a = v::mul_add(#x, #w, #a); } }
    } else {
        let (stride, dilation) = (dw.op.stride[1], dw.op.dilation[1]);
        let seen = |pixel: usize, s: usize| pixel * stride + s * dilation;
        let columns: BTreeSet<usize> =
            (0..tile.pixels).flat_map(|pixel| (0..s_count).map(move |s| seen(pixel, s))).collect();
        let first = window.place(tile.q, 0, &quote!(0));
        let loads = columns.iter().map(|&column| {
            let name = format_ident!("x{column}");
            let plus = column * window.column_step();
            let x = load(quote!(x), index(&[(&first, 1), (&n, x_step)], plus, 0), x_whole);
            quote! { let #name = #x; }
        });
        let steps = (0..s_count).map(|s| {
            let at = int(s);
            let w = weight(&quote!(#at));
            let steps = a.iter().enumerate().map(|(pixel, a)| {
                let x = format_ident!("x{}", seen(pixel, s));
                quote! { #a = v::mul_add(#x, filter, #a); }
            });
            quote! { let filter = #w; #(#steps)* }
        });
        quote! { #(#loads)* #(#steps)* }
    };
    let (shape, layout) = (dw.y.shape, dw.y.layout);
    let stores = a.iter().enumerate().map(|(pixel, a)| {
        let epilogue = activate_vector(a, &dw.epilogue, rt);
        let terms = [(&quote!(p), layout.row(shape)), (tile.q, layout.column()), (&n, y_step)];
        let place = index(&terms, (layout.left + pixel) * layout.column(), 0);
        let count_of = int(count);
        let store = if count == lanes {
            quote! { v::store(#rt::at_mut(y, #place), #a); }
        } else if y_whole {
            quote! { v::store_zeroed(#rt::at_mut(y, #place), #a, #count_of); }
        } else {
            quote! { v::store_first(#rt::part_mut(y, #place, #count_of), #a); }
        };
        quote! { #epilogue #store }
    });
    quote! {
        #(let mut #a = #bias;)*
        for r in #rows { #sum }
        #(#stores)*
    }
}

/// One output pixel with several filters a channel.
fn multiplied(dw: &Dw, window: &Window, tile: &Tile<'_>, context: &Context<'_>) -> TokenStream {
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
    let first = quote!(first);
    let w = index(&[(&quote!(r), s * k), (&quote!(s), k), (&first, 1)], 0, 0);
    let place = index(&[(&quote!(p), width * k), (tile.q, k), (&first, 1)], 0, 0);
    let l = int(multiplier);
    let (channels, multiplier) = (int(k / multiplier), int(multiplier));
    quote! {
        for c in 0..#channels {
            let first = c * #multiplier;
            let mut a = *#rt::at::<f32, #l>(b, first);
            for r in #rows { for s in #columns {
                #rt::mul_add_scalar(&mut a, x[#x + c], #rt::at(w, #w));
            } }
            #epilogue
            #rt::put(y, #place, a);
        }
    }
}
