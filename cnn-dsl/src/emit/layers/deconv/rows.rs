//! A row at a time: a vector of filters times output pixels that see the operand through the same
//! taps. These lie a stride apart: pixel `phase + t * stride` of a row sees column `t` and those
//! beside it.

use super::sees;
use crate::emit::layers::blocks::{
    accumulators, channel_place, clear_sides, over_channels, row, store, units, width,
};
use crate::emit::layers::window::even;
use crate::emit::layers::{Context, activate_vector, rows_function, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::deconv::Deconv;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The text of a transposed convolution of one group.
pub(super) fn emit(deconv: &Deconv, context: &Context<'_>) -> TokenStream {
    let y = deconv.y;
    let all = |body: &dyn Fn(&TokenStream) -> TokenStream| {
        over_channels(y, context, |count| body(&phases(deconv, count, context)))
    };
    let body = if deconv.filters_outside() {
        all(&|row| quote! { for p in y.rows() { let out = y.row(p); #row } })
    } else {
        let row = all(&TokenStream::clone);
        quote! { for p in y.rows() { let out = y.row(p); #row } }
    };
    let (v, clear, units) = (vectors_of(context), clear_sides(y, context.rt), units(y));
    let l = int(context.isa.lanes());
    let body = quote! {
        #v
        let w = w.as_chunks::<#l>().0;
        let b = b.as_chunks::<#l>().0;
        #units
        #clear
        #body
    };
    rows_function(context, 1, &body)
}

/// A row of vector `n` of filters: for each phase tiles of its pixels, and the one more that the
/// first phases may have.
fn phases(deconv: &Deconv, count: usize, context: &Context<'_>) -> TokenStream {
    let [_, q, _] = deconv.y.shape.hwc();
    let stride = deconv.op.stride[1];
    let (each, more) = (q / stride, q % stride);
    let most = if deconv.is_covered() { deconv.pixels(context.isa) } else { 1 };
    let mut first = 0;
    let mut tiles: Vec<TokenStream> = Vec::new();
    for (times, pixels) in even(each, most) {
        let inside = tile(deconv, pixels, count, context);
        let t = index(&[(&quote!(tile), pixels)], first, 0);
        first += times * pixels;
        let times = int(times);
        tiles.push(quote! { for tile in 0..#times { let t = #t; #inside } });
    }
    if more > 0 {
        let (inside, t, more) = (tile(deconv, 1, count, context), int(each), int(more));
        tiles.push(quote! { if phase < #more { let t = #t; #inside } });
    }
    let stride = int(stride);
    quote! { for phase in 0..#stride { #(#tiles)* } }
}

/// So many pixels of a phase from `t` on.
fn tile(deconv: &Deconv, pixels: usize, count: usize, context: &Context<'_>) -> TokenStream {
    let (op, y) = (&deconv.op, deconv.y);
    let a = accumulators(pixels);
    let sum = sum(deconv, &a, context);
    let (column, stride) = (y.layout.column(), op.stride[1]);
    let stores = a.iter().enumerate().map(|(pixel, a)| {
        let epilogue = activate_vector(a, &deconv.epilogue, context.rt);
        let pixel_place = [(&quote!(phase), column), (&quote!(t), stride * column)];
        let more = (y.layout.left + pixel * stride) * column;
        let to = channel_place(y, &pixel_place, more, true, context);
        let store = store(y, &to, &quote!(#a), count, context);
        quote! { #epilogue #store }
    });
    quote! {
        let bias = v::load(&b[n]);
        #(let mut #a = bias;)*
        #sum
        #(#stores)*
    }
}

/// The loops over the taps that the pixels see, in the order r, s, c.
fn sum(deconv: &Deconv, a: &[Ident], context: &Context<'_>) -> TokenStream {
    let op = &deconv.op;
    let [h, w, _] = deconv.x.shape.hwc();
    let [stride, dilation] = [op.stride[1], op.dilation[1]];
    // Columns are counted from so many before the row on, lest a tap be behind nought.
    let added = usize::try_from(-op.pads.left).unwrap_or(0);
    let before = ((op.kernel[1] - 1) * dilation + added).div_ceil(stride);
    let from = usize::try_from(op.pads.left).unwrap_or(0) + before * stride;
    let reach = index(&[(&quote!(phase), 1)], from, 0);
    let back = index(&[(&quote!(s), dilation)], added, 0);
    let inside = if deconv.is_covered() {
        TokenStream::new()
    } else {
        let (before, behind) = (int(before), int(before + w));
        quote! { if !(#before..#behind).contains(&column) { continue; } }
    };
    let rows = sees("h", "p", "r", op.pads.top, [op.stride[0], op.dilation[0], h]);
    let row = row(&quote!(x), deconv.x, &quote!(h));
    let channels = channels(deconv, a, before, context);
    let ([r, s], stride) = (op.kernel.map(int), int(stride));
    quote! {
        for r in 0..#r {
            #rows
            let row = #row;
            for s in 0..#s {
                let distance = #reach - (#back);
                if distance % #stride != 0 { continue; }
                let column = t + distance / #stride;
                #inside
                #channels
            }
        }
    }
}

/// The channels of a tap, block by block where they lie so.
fn channels(deconv: &Deconv, a: &[Ident], before: usize, context: &Context<'_>) -> TokenStream {
    let (layout, c) = (deconv.x.layout, deconv.x.shape.channels());
    if layout.is_flat(deconv.x.shape) {
        return run(deconv, a, before, c, context);
    }
    let (whole, rest) = (c / layout.lanes, c % layout.lanes);
    let all = run(deconv, a, before, layout.lanes, context);
    let count = int(whole);
    let mut code = quote! { for block in 0..#count { #all } };
    if rest > 0 {
        let last = run(deconv, a, before, rest, context);
        code.extend(quote! { { let block = #count; #last } });
    }
    code
}

/// The multiply-adds of neighbouring channels of a tap.
fn run(
    deconv: &Deconv,
    a: &[Ident],
    before: usize,
    len: usize,
    context: &Context<'_>,
) -> TokenStream {
    let (rt, width) = (context.rt, width(context));
    let (layout, shape) = (deconv.x.layout, deconv.x.shape);
    let c = shape.channels();
    let [r, s] = deconv.op.kernel;
    let blocked = !layout.is_flat(shape);
    let (block_of_x, filters_of_block) =
        if blocked { (layout.block(shape), layout.lanes * width) } else { (0, 0) };
    let (block, column) = (quote!(block), layout.column());
    let pixels = [(&quote!(column), column), (&block, block_of_x)];
    let first = index(&pixels, layout.left * column, before * column);
    let vectors = int(width);
    let (panel, vector) = (quote!((n / #vectors)), quote!((n % #vectors)));
    let taps = r * s * c * width;
    let panel = if width == 1 { (&quote!(n), taps) } else { (&panel, taps) };
    let terms = [
        panel,
        (&vector, usize::from(width > 1)),
        (&quote!(r), s * c * width),
        (&quote!(s), c * width),
        (&block, filters_of_block),
    ];
    let filters = index(&terms, 0, 0);
    let (span, weights) = (int((a.len() - 1) * column + len), int((len - 1) * width + 1));
    let filter = index(&[(&quote!(i), width)], 0, 0);
    let steps = a.iter().enumerate().map(|(pixel, a)| {
        let x = index(&[(&quote!(i), 1)], pixel * column, 0);
        quote! { #a = v::mul_add(v::splat(x[#x]), filter, #a); }
    });
    let (l, len) = (int(context.isa.lanes()), int(len));
    quote! {
        let x = #rt::at::<f32, #span>(row, #first);
        let filters = #rt::at::<[f32; #l], #weights>(w, #filters);
        for i in 0..#len {
            let filter = v::load(&filters[#filter]);
            #(#steps)*
        }
    }
}
