//! Pooling over sliding windows, the whole image, or regions.

use super::blocks::{channel_place, clear_sides, load, over_channels, place, row, store, units};
use super::window::Window;
use super::{Context, activate_vector, rows_function, vectors_of};
use crate::emit::print::{index, int, name, typed};
use crate::ir::Pads;
use crate::ir::layers::pool::{PoolKind, PoolOver};
use crate::plan::layers::pool::Pool;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a pooling.
pub(super) fn emit(pool: &Pool, context: &Context<'_>) -> TokenStream {
    let row = match &pool.op.over {
        PoolOver::Window { kernel, stride, pads, include_pad, ceil: _ } => {
            let window = Window::new(*kernel, *stride, [1, 1], *pads, pool.x, pool.y);
            sliding(pool, &window.within_image(), include_pad.then_some(*pads), context)
        }
        PoolOver::Global => regions(pool, [1, 1], context),
        PoolOver::Regions(to) => regions(pool, *to, context),
    };
    let (v, clear, units) = (vectors_of(context), clear_sides(pool.y, context.rt), units(pool.y));
    let body = quote! {
        #v
        #units
        #clear
        for p in y.rows() { let out = y.row(p); #row }
    };
    rows_function(context, 1, &body)
}

/// A row of sliding windows; `counted` are the pads that an average counts.
fn sliding(
    pool: &Pool,
    window: &Window,
    counted: Option<Pads>,
    context: &Context<'_>,
) -> TokenStream {
    window.row(1, |tile| {
        let [r, s] = window.kernel;
        let rows = window.rows();
        let columns = tile.columns.clone().unwrap_or_else(|| {
            let s = int(s);
            quote!(0..#s)
        });
        let count = match counted {
            Some(pads) => counted_pixels(window, pads),
            None if window.always_whole() => {
                let count = int(r * s);
                quote!(#count)
            }
            None => quote!((rows.len() * columns.len()).max(1)),
        };
        let x = window.place(tile.q, Some(&quote!(s)));
        let pixels = pixels(pool, [&window.height(), &x], context);
        let divisor = divisor(pool, &count);
        quote! {
            let rows = #rows;
            let columns = #columns;
            #divisor
            #pixels
        }
    })
}

/// What an average multiplies its sum by.
fn divisor(pool: &Pool, count: &TokenStream) -> TokenStream {
    match pool.op.kind {
        PoolKind::Max => TokenStream::new(),
        PoolKind::Average => quote! { let count = v::splat((#count) as f32); },
    }
}

/// A row of the whole image as one region, or of several regions that may overlap.
fn regions(pool: &Pool, [p, q]: [usize; 2], context: &Context<'_>) -> TokenStream {
    let [h, w, _] = pool.x.shape.hwc();
    let range = |at: TokenStream, size: usize, regions: usize| {
        let (whole, count) = (int(size), int(regions));
        if regions == 1 {
            return quote!(0..#whole);
        }
        quote!(#at * #whole / #count..((#at + 1usize) * #whole).div_ceil(#count))
    };
    let (rows, columns) = (range(quote!(p), h, p), range(quote!(q), w, q));
    let layout = pool.x.layout;
    let x = index(&[(&quote!(s), layout.column())], layout.left * layout.column(), 0);
    let pixels = pixels(pool, [&quote!(r), &x], context);
    let divisor = divisor(pool, &quote!(rows.len() * columns.len()));
    let q = int(q);
    quote! {
        for q in 0..#q {
            let rows = #rows;
            let columns = #columns;
            #divisor
            #pixels
        }
    }
}

/// All channels of one output pixel: over rows and columns in order, for neighbouring channels.
fn pixels(pool: &Pool, [height, x]: [&TokenStream; 2], context: &Context<'_>) -> TokenStream {
    let (first, step, last) = match pool.op.kind {
        PoolKind::Max => (quote!(f32::NEG_INFINITY), quote!(max), TokenStream::new()),
        PoolKind::Average => (quote!(0.0), quote!(add), quote! { a = v::div(a, count); }),
    };
    let row = row(&quote!(x), pool.x, height);
    let from = channel_place(pool.x, &[(x, 1)], 0, false, context);
    over_channels(pool.y, context, |lanes| {
        let pixel = load(pool.x, &quote!(row), &from, lanes, context);
        let epilogue = activate_vector(&name("a"), &pool.epilogue, context.rt);
        let to = place(pool.y, &quote!(q), 0, true, context);
        let store = store(pool.y, &to, &quote!(a), lanes, context);
        quote! {
            let mut a = v::splat(#first);
            for r in rows.clone() {
                let row = #row;
                for s in columns.clone() { a = v::#step(a, #pixel); }
            }
            #last
            #epilogue
            #store
        }
    })
}

/// The pixels that an average with `include_pad` counts: those of the window inside the image and
/// its pads.
fn counted_pixels(window: &Window, pads: Pads) -> TokenStream {
    let [h, w, _] = window.input;
    let along = |at: TokenStream, axis: usize, size: usize, before: i64, after: i64| {
        let padded = usize::try_from(before + after).unwrap_or(0) + size;
        let place = index(&[(&at, window.stride[axis])], 0, 0);
        let kernel = typed(window.kernel[axis]);
        if (window.output[axis] - 1) * window.stride[axis] + window.kernel[axis] <= padded {
            return quote!(#kernel);
        }
        let padded = int(padded);
        quote!(#kernel.min(#padded - #place))
    };
    let rows = along(quote!(p), 0, h, pads.top, pads.bottom);
    let columns = along(quote!(q), 1, w, pads.left, pads.right);
    quote!(#rows * #columns)
}
