//! Convolution over channels or over columns, in loops or written out.

use super::window::{Tile, Window};
use super::{Context, activate, function, unroll};
use crate::emit::print::{index, int, numbered, typed};
use crate::plan::layers::View;
use crate::plan::layers::conv::{Conv, Form};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a convolution.
pub(super) fn emit(conv: &Conv, context: &Context<'_>) -> TokenStream {
    match (conv.form, conv.unroll) {
        (Form::Channels { pixels, lanes }, false) => channels(conv, pixels, lanes, context),
        (Form::Columns { lanes }, false) => columns(conv, lanes, context),
        (Form::Channels { lanes, .. }, true) => unroll::conv_channels(conv, lanes, context),
        (Form::Columns { lanes }, true) => unroll::conv_columns(conv, lanes, context),
    }
}

/// The window of a convolution between dense values.
pub(super) fn window(conv: &Conv) -> Window {
    let op = &conv.op;
    let window = Window::new(op.kernel, op.stride, op.dilation, op.pads, conv.x, conv.y);
    if conv.is_one_row() { window.in_one_row() } else { window }
}

/// Channels of a group of the operand and the result, panels of a group, taps of a filter.
pub(super) struct Sizes {
    pub c: usize,
    pub k: usize,
    pub panels: usize,
    pub taps: usize,
}

impl Sizes {
    pub fn new(x: usize, y: usize, groups: usize, [r, s]: [usize; 2], lanes: usize) -> Self {
        let (c, k) = (x / groups, y / groups);
        Self { c, k, panels: k.div_ceil(lanes), taps: r * s * c }
    }
}

/// A tile of `pixels` accumulators of `lanes` filters, for one panel after the other.
fn channels(conv: &Conv, pixels: usize, lanes: usize, context: &Context<'_>) -> TokenStream {
    let window = window(conv);
    let groups = conv.op.groups;
    let sizes = Sizes::new(window.input[2], window.output[2], groups, conv.op.kernel, lanes);
    let l = int(lanes);
    let tile = |tile: &Tile<'_>| channels_tile(conv, &window, &sizes, lanes, tile, context);
    let row = |outside: bool| {
        window.row(pixels, |t| {
            let inside = tile(t);
            if outside { inside } else { over_panels(groups, &sizes, &inside) }
        })
    };
    let p = int(window.output[0]);
    let outside = conv.panels_outside();
    let row = row(outside);
    let rows = quote! { for p in 0..#p { #row } };
    let loops = if outside { over_panels(groups, &sizes, &rows) } else { rows };
    let body = quote! {
        let w = w.as_chunks::<#l>().0;
        let b = b.as_chunks::<#l>().0;
        #loops
    };
    function(context, &[conv.x], &[conv.y], &body)
}

/// `body` for every panel of every group: `group`, `n` and `panel` are bound.
pub(super) fn over_panels(groups: usize, sizes: &Sizes, body: &TokenStream) -> TokenStream {
    let n = int(sizes.panels);
    if groups == 1 {
        return quote! { for n in 0..#n { let panel = n; #body } };
    }
    let g = int(groups);
    quote! { for group in 0..#g { for n in 0..#n { let panel = group * #n + n; #body } } }
}

fn channels_tile(
    conv: &Conv,
    window: &Window,
    sizes: &Sizes,
    lanes: usize,
    tile: &Tile<'_>,
    context: &Context<'_>,
) -> TokenStream {
    let rt = context.rt;
    let accumulators: Vec<_> = (0..tile.pixels).map(|i| numbered("a", i, tile.pixels)).collect();
    let pixels: Vec<_> = (0..tile.pixels).map(|i| numbered("pixel", i, tile.pixels)).collect();
    let [_, s] = conv.op.kernel;
    let groups = conv.op.groups;
    let merged = tile.columns.is_none() && groups == 1 && (conv.op.dilation[1] == 1 || s == 1);
    let run = if merged { s * sizes.c } else { sizes.c };
    let tap = if merged { quote!(0) } else { quote!(s) };
    let group = quote!(group);
    let places = (0..tile.pixels).map(|i| {
        let place = window.place(tile.q, i, &tap);
        if groups == 1 { place } else { index(&[(&group, sizes.c), (&quote!((#place)), 1)], 0, 0) }
    });
    let weights = index(
        &[
            (&quote!(panel), sizes.taps),
            (&quote!(r), s * sizes.c),
            (&tap, if merged { 0 } else { sizes.c }),
        ],
        0,
        0,
    );
    let (run, l) = (int(run), int(lanes));
    let mut inside = quote! {
        #(let #pixels = #rt::at::<f32, #run>(x, #places);)*
        let filters = #rt::at::<[f32; #l], #run>(w, #weights);
        for i in 0..#run { #(#rt::mul_add_scalar(&mut #accumulators, #pixels[i], &filters[i]);)* }
    };
    if !merged {
        let all = int(s);
        let columns = tile.columns.clone().unwrap_or_else(|| quote!(0..#all));
        inside = quote! { for s in #columns { #inside } };
    }
    let rows = window.rows();
    let stores = accumulators.iter().enumerate().map(|(i, a)| {
        let epilogue = activate(&quote!(#a), &conv.epilogue, rt);
        let store = store(window, groups, sizes, lanes, i, &quote!(#a), rt);
        quote! { #epilogue #store }
    });
    quote! {
        #(let mut #accumulators = b[panel];)*
        for r in #rows { #inside }
        #(#stores)*
    }
}

/// Stores a panel's results for the pixel `p`, `q` + `more`; fewer than `lanes` for the last panel
/// where the filters do not fill it.
pub(super) fn store(
    window: &Window,
    groups: usize,
    sizes: &Sizes,
    lanes: usize,
    more: usize,
    accumulator: &TokenStream,
    rt: &TokenStream,
) -> TokenStream {
    let [_, q, k] = window.output;
    let group = if groups == 1 { 0 } else { sizes.k };
    let terms = [
        (&quote!(p), if window.output[0] == 1 { 0 } else { q * k }),
        (&quote!(q), k),
        (&quote!(group), group),
        (&quote!(n), if sizes.panels == 1 { 0 } else { lanes }),
    ];
    let place = index(&terms, more * k, 0);
    if sizes.k.is_multiple_of(lanes) {
        return quote! { #rt::put(y, #place, #accumulator); };
    }
    let count = if sizes.panels == 1 {
        let k = int(sizes.k);
        quote!(#k)
    } else {
        let (k, l, most) = (int(sizes.k), int(lanes), typed(lanes));
        quote!(#most.min(#k - n * #l))
    };
    quote! { #rt::put_first(y, #place, &#accumulator, #count); }
}

/// `lanes` neighbouring pixels of one filter; the operand's columns beside are zero and long enough
/// for whole vectors.
fn columns(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let [p, q, k] = conv.y.shape.hwc();
    let [r, s] = conv.op.kernel;
    let c = conv.x.shape.channels();
    let (row, block) = (conv.x.layout.row(conv.x.shape), conv.x.layout.block(conv.x.shape));
    let rows = {
        let window = window(conv);
        window.rows()
    };
    let top = usize::try_from(conv.op.pads.top).unwrap_or(0);
    let first = columns_before(conv);
    let terms = [
        (&quote!(p), row),
        (&quote!(r), conv.op.dilation[0] * row),
        (&quote!(c), if c == 1 { 0 } else { block }),
        (&quote!(q), 1),
        (&quote!(s), conv.op.dilation[1]),
    ];
    let place = index(&terms, first, top * row);
    let along = usize::from(c > 1);
    let weight = index(
        &[(&quote!(k), r * s * c), (&quote!(r), s * c), (&quote!(s), c), (&quote!(c), along)],
        0,
        0,
    );
    let epilogue = activate(&quote!(a), &conv.epilogue, rt);
    let (l, tiles) = (int(lanes), int(q.div_ceil(lanes)));
    let (p, k, s, c) = (int(p), int(k), int(s), int(c));
    let step = quote! { #rt::mul_add_scalar(&mut a, w[#weight], #rt::at(x, #place)); };
    let step = if along == 0 {
        step
    } else {
        quote! { for c in 0..#c { #step } }
    };
    let store = store_columns(conv, lanes, rt);
    let clear = clear_sides(conv.y, rt);
    let body = quote! {
        #clear
        for p in 0..#p {
            for k in 0..#k {
                for tile in 0..#tiles {
                    let q = tile * #l;
                    let mut a = [b[k]; #l];
                    for r in #rows {
                        for s in 0..#s {
                            #step
                        }
                    }
                    #epilogue
                    #store
                }
            }
        }
    };
    function(context, &[conv.x], &[conv.y], &body)
}

/// Where the first tap of the first pixel stands in its row, in columns.
pub(super) fn columns_before(conv: &Conv) -> usize {
    let left = usize::try_from(conv.op.pads.left).unwrap_or(0);
    conv.x.layout.left.saturating_sub(left)
}

/// The noughts beside the rows of a result that other convolutions over columns read.
pub(super) fn clear_sides(y: View, rt: &TokenStream) -> TokenStream {
    let layout = y.layout;
    if layout.left + layout.right == 0 {
        return TokenStream::new();
    }
    let stretch = int(layout.block(y.shape));
    let (left, right) = (int(layout.left * layout.lanes), int(layout.right * layout.lanes));
    quote! { #rt::clear_sides(y, #stretch, #left, #right); }
}

fn store_columns(conv: &Conv, lanes: usize, rt: &TokenStream) -> TokenStream {
    let [_, q, _] = conv.y.shape.hwc();
    let layout = conv.y.layout;
    let (row, block) = (layout.row(conv.y.shape), layout.block(conv.y.shape));
    let (column, before) = (layout.column(), layout.left * layout.lanes);
    let l = int(lanes);
    let (width, most) = (int(q), typed(lanes));
    let count = if q % lanes == 0 { quote!(#l) } else { quote!(#most.min(#width - q)) };
    let along = if layout.lanes == 1 { (quote!(k), block) } else { (quote!(k), 1) };
    let terms = [(&quote!(p), row), (&along.0, along.1), (&quote!(q), column)];
    let place = index(&terms, before, 0);
    if layout.lanes == 1 {
        return quote! { #rt::put_first(y, #place, &a, #count); };
    }
    let step = int(column);
    quote! { #rt::put_apart(y, #place, #step, &a[..#count]); }
}
