//! Pooling over sliding windows, the whole image, or regions.

use super::window::Window;
use super::{Context, activate, function, vectors};
use crate::emit::print::{index, int, typed};
use crate::ir::Pads;
use crate::ir::layers::pool::{PoolKind, PoolOver};
use crate::plan::layers::pool::Pool;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a pooling.
pub(super) fn emit(pool: &Pool, context: &Context<'_>) -> TokenStream {
    let body = match &pool.op.over {
        PoolOver::Window { kernel, stride, pads, include_pad, ceil: _ } => {
            let window = Window::new(*kernel, *stride, [1, 1], *pads, pool.x, pool.y);
            sliding(pool, &window, include_pad.then_some(*pads), context.rt)
        }
        PoolOver::Global => regions(pool, [1, 1], context.rt),
        PoolOver::Regions(to) => regions(pool, *to, context.rt),
    };
    function(context, &[pool.x], &[pool.y], &body)
}

/// Sliding windows; `counted` are the pads that an average counts.
fn sliding(pool: &Pool, window: &Window, counted: Option<Pads>, rt: &TokenStream) -> TokenStream {
    let [height, _, _] = window.output;
    let row = window.row(1, |tile| {
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
        let x = window.place(tile.q, 0, &quote!(s));
        let pixels = pixels(pool, &x, &quote!(rows.clone()), &quote!(columns.clone()), rt);
        let divisor = match pool.op.kind {
            PoolKind::Max => TokenStream::new(),
            PoolKind::Average => quote! { let count = (#count) as f32; },
        };
        quote! {
            let rows = #rows;
            let columns = #columns;
            #divisor
            #pixels
        }
    });
    let p = int(height);
    quote! { for p in 0..#p { #row } }
}

/// The whole image as one region, or several regions that may overlap.
fn regions(pool: &Pool, [p, q]: [usize; 2], rt: &TokenStream) -> TokenStream {
    let [h, w, c] = pool.x.shape.hwc();
    let range = |at: TokenStream, size: usize, regions: usize| {
        let (whole, count) = (int(size), int(regions));
        if regions == 1 {
            return quote!(0..#whole);
        }
        quote!(#at * #whole / #count..((#at + 1usize) * #whole).div_ceil(#count))
    };
    let (rows, columns) = (range(quote!(p), h, p), range(quote!(q), w, q));
    let x = index(&[(&quote!(r), w * c), (&quote!(s), c)], 0, 0);
    let pixels = pixels(pool, &x, &quote!(rows.clone()), &quote!(columns.clone()), rt);
    let divisor = match pool.op.kind {
        PoolKind::Max => TokenStream::new(),
        PoolKind::Average => quote! { let count = (rows.len() * columns.len()) as f32; },
    };
    let (p, q) = (int(p), int(q));
    quote! {
        for p in 0..#p { for q in 0..#q {
            let rows = #rows;
            let columns = #columns;
            #divisor
            #pixels
        } }
    }
}

/// All channels of one output pixel: over rows and columns in order, for neighbouring channels.
fn pixels(
    pool: &Pool,
    x: &TokenStream,
    rows: &TokenStream,
    columns: &TokenStream,
    rt: &TokenStream,
) -> TokenStream {
    let [_, q, c] = pool.y.shape.hwc();
    let epilogue = activate(&quote!(a), &pool.epilogue, rt);
    let (first, step, last) = match pool.op.kind {
        PoolKind::Max => (quote!(f32::NEG_INFINITY), quote!(max), TokenStream::new()),
        PoolKind::Average => {
            (quote!(0.0), quote!(add), quote! { for v in a.iter_mut() { *v /= count; } })
        }
    };
    vectors(c, "c", |lanes, channel| {
        let l = int(lanes);
        let y = index(&[(&quote!(p), q * c), (&quote!(q), c), (channel, 1)], 0, 0);
        quote! {
            let mut a = [#first; #l];
            for r in #rows { for s in #columns { #rt::#step(&mut a, #rt::at(x, #x + #channel)); } }
            #last
            #epilogue
            #rt::put(y, #y, a);
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
