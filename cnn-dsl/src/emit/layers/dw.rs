//! Depthwise convolution: neighbouring channels at a time, each with its own filter.

use super::blocks::{
    accumulators, channel_place, clear_sides, load, over_channels, place, row, store, units,
};
use super::window::{Tile, Window};
use super::{Context, activate, activate_vector, function, rows_function, unroll, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::dw::Dw;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The text of a depthwise convolution.
pub(super) fn emit(dw: &Dw, context: &Context<'_>) -> TokenStream {
    let op = &dw.op;
    let window = Window::new(op.kernel, op.stride, op.dilation, op.pads, dw.x, dw.y);
    if dw.unroll {
        return unroll::dw(dw, &window, context);
    }
    if op.multiplier > 1 {
        return several_filters(dw, &window, context);
    }
    let pixels = dw.pixels(context.isa);
    let rows = over_channels(dw.y, context, |count| {
        window.row(pixels, |tile| tile_of(dw, &window, tile, count, context))
    });
    let (v, clear) = (vectors_of(context), clear_sides(dw.y, context.rt));
    let units = units(dw.y);
    let body = quote! {
        #v
        #units
        #clear
        for p in y.rows() { let out = y.row(p); #rows }
    };
    rows_function(context, 1, &body)
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
    let s_count = dw.op.kernel[1];
    let padded = dw.padded();
    let n = quote!(n);
    let a = accumulators(tile.pixels);
    let bias = index(&[(&n, lanes)], 0, 0);
    let weight = |s: &TokenStream| {
        let place = index(&[(&quote!(r), s_count * padded), (s, padded), (&n, lanes)], 0, 0);
        quote!(v::load(#rt::at(w, #place)))
    };
    let sum = if let Some(columns) = &tile.columns {
        let pixel = window.place(tile.q, Some(&quote!(s)));
        let place = channel_place(dw.x, &[(&pixel, 1)], 0, false, context);
        let (x, w) = (load(dw.x, &quote!(row), &place, count, context), weight(&quote!(s)));
        let a = &a[0];
        quote! { for s in #columns { #a = v::mul_add(#x, #w, #a); } }
    } else {
        let pixel = window.place(tile.q, None);
        let first = channel_place(dw.x, &[(&pixel, 1)], 0, false, context);
        whole_windows(dw, window, &a, &first, count, context)
    };
    let stores = a.iter().enumerate().map(|(pixel, a)| {
        let epilogue = activate_vector(a, &dw.epilogue, rt);
        let to = int(pixel * dw.y.layout.column());
        let store = store(dw.y, &quote!(#to), &quote!(#a), count, context);
        quote! { #epilogue #store }
    });
    // One array, so that its ends are looked at once.
    let width = if dw.y.layout.is_flat(dw.y.shape) { count } else { lanes };
    let span = int((tile.pixels - 1) * dw.y.layout.column() + width);
    let to = place(dw.y, tile.q, 0, true, context);
    let row = row(&quote!(x), dw.x, &window.height());
    let rows = window.over_rows(&quote! { let row = #row; #sum });
    quote! {
        let bias = v::load(#rt::at(b, #bias));
        #(let mut #a = bias;)*
        #rows
        let out = #rt::at_mut::<#span>(out, #to);
        #(#stores)*
    }
}

/// Every pixel that the tile sees in a row is read once. What a tile reads of a row, and of its
/// filters, is one array each, so that their ends are looked at once.
fn whole_windows(
    dw: &Dw,
    window: &Window,
    a: &[Ident],
    first: &TokenStream,
    count: usize,
    context: &Context<'_>,
) -> TokenStream {
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let s_count = dw.op.kernel[1];
    let (stride, dilation, padded) = (dw.op.stride[1], dw.op.dilation[1], dw.padded());
    let seen = |pixel: usize, s: usize| pixel * stride + s * dilation;
    let columns: BTreeSet<usize> =
        (0..a.len()).flat_map(|pixel| (0..s_count).map(move |s| seen(pixel, s))).collect();
    let loads = columns.iter().map(|&column| {
        let name = format_ident!("x{column}");
        let place = int(column * window.column_step());
        let x = load(dw.x, &quote!(seen), &quote!(#place), count, context);
        quote! { let #name = #x; }
    });
    let steps = (0..s_count).map(|s| {
        let place = int(s * padded);
        let steps = a.iter().enumerate().map(|(pixel, a)| {
            let x = format_ident!("x{}", seen(pixel, s));
            quote! { #a = v::mul_add(#x, filter, #a); }
        });
        quote! { let filter = v::load(#rt::at(filters, #place)); #(#steps)* }
    });
    // A vector in blocks is there in full, also where its last lanes mean nothing.
    let width = if dw.x.layout.is_flat(dw.x.shape) { count } else { lanes };
    let last = columns.last().copied().unwrap_or(0) * window.column_step();
    let (span, filters) = (int(last + width), int((s_count - 1) * padded + lanes));
    let filter = index(&[(&quote!(r), s_count * padded), (&quote!(n), lanes)], 0, 0);
    quote! {
        let seen = #rt::at::<f32, #span>(row, #first);
        let filters = #rt::at::<f32, #filters>(w, #filter);
        #(#loads)*
        #(#steps)*
    }
}

/// Several filters a channel, between dense values: one output pixel at a time.
fn several_filters(dw: &Dw, window: &Window, context: &Context<'_>) -> TokenStream {
    let row = window.row(1, |tile| multiplied(dw, window, tile, context));
    let p = int(window.output[0]);
    function(context, &[dw.x], &[dw.y], &quote! { for p in 0..#p { #row } })
}

/// One output pixel with several filters a channel.
fn multiplied(dw: &Dw, window: &Window, tile: &Tile<'_>, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let [_, width, k] = window.output;
    let (multiplier, padded) = (dw.op.multiplier, dw.padded());
    let s = dw.op.kernel[1];
    let columns = tile.columns.clone().unwrap_or_else(|| {
        let s = int(s);
        quote!(0..#s)
    });
    let rows = window.rows();
    let height = window.height();
    let place = window.place(tile.q, Some(&quote!(s)));
    let x = index(&[(&quote!((#height)), dw.x.layout.row(dw.x.shape)), (&place, 1)], 0, 0);
    let epilogue = activate(&quote!(a), &dw.epilogue, rt);
    let first = quote!(first);
    let w = index(&[(&quote!(r), s * padded), (&quote!(s), padded), (&first, 1)], 0, 0);
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
