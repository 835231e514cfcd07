//! Tiles of neighbouring pixels times vectors of filters.

use super::{Sizes, clear_sides, over_panels, window};
use crate::emit::layers::window::{Tile, Window};
use crate::emit::layers::{Context, activate_vector, function, vectors_of};
use crate::emit::print::{index, int, numbered, typed};
use crate::plan::layers::View;
use crate::plan::layers::conv::Conv;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The text over channels.
pub(super) fn emit(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let window = window(conv);
    let groups = conv.op.groups;
    let sizes = Sizes::new(window.input[2], window.output[2], groups, conv.op.kernel, lanes);
    let l = int(lanes);
    let tile = conv.tile(context.isa);
    // Panels that a tile spans; a vector may be half a panel.
    let panels = (tile.vectors * context.isa.lanes()).div_ceil(lanes);
    let width = (lanes / context.isa.lanes()).min(tile.vectors);
    let text = |panels: usize, at: &Tile<'_>| {
        let vectors = Vectors { panels, width, lanes: context.isa.lanes() };
        channels_tile(conv, &window, &sizes, &vectors, at, context)
    };
    let p = int(window.output[0]);
    let body = if conv.panels_outside() {
        over_panels(groups, &sizes, panels, |panels| {
            let row = window.row(tile.pixels, |at| text(panels, at));
            quote! { for p in 0..#p { #row } }
        })
    } else {
        let row = window
            .row(tile.pixels, |at| over_panels(groups, &sizes, panels, |panels| text(panels, at)));
        quote! { for p in 0..#p { #row } }
    };
    let (v, clear) = (vectors_of(context), clear_sides(conv.y, context.rt));
    let body = quote! {
        #v
        let w = w.as_chunks::<#l>().0;
        let b = b.as_chunks::<#l>().0;
        #clear
        #body
    };
    function(context, &[conv.x], &[conv.y], &body)
}

/// The vectors of a tile: so many panels, each of `width` vectors of `lanes`.
struct Vectors {
    panels: usize,
    width: usize,
    lanes: usize,
}

impl Vectors {
    /// Panel and vector in it, one after the other.
    fn each(&self) -> impl Iterator<Item = (usize, usize)> {
        let width = self.width;
        (0..self.panels).flat_map(move |panel| (0..width).map(move |vector| (panel, vector)))
    }

    /// A part of a panel as an array.
    fn part(&self, of: &TokenStream, vector: usize, rt: &TokenStream) -> TokenStream {
        if self.width == 1 {
            return quote!(&#of);
        }
        let first = int(vector * self.lanes);
        quote!(#rt::at(&#of, #first))
    }
}

fn channels_tile(
    conv: &Conv,
    window: &Window,
    sizes: &Sizes,
    vectors: &Vectors,
    tile: &Tile<'_>,
    context: &Context<'_>,
) -> TokenStream {
    let rt = context.rt;
    let a = |pixel: usize, (panel, vector): (usize, usize)| {
        format_ident!("a{pixel}_{}", panel * vectors.width + vector)
    };
    let filter =
        |(panel, vector): (usize, usize)| format_ident!("filter{}", panel * vectors.width + vector);
    let begin = (0..tile.pixels).flat_map(|pixel| vectors.each().map(move |v| (pixel, v)));
    let begin = begin.map(|(pixel, at)| {
        let (a, panel) = (a(pixel, at), index(&[(&quote!(panel), 1)], at.0, 0));
        let bias = vectors.part(&quote!(b[#panel]), at.1, rt);
        quote! { let mut #a = v::load(#bias); }
    });
    let sum = sum(conv, window, sizes, vectors, tile, rt, |pixels| {
        let loads = vectors.each().map(|at| {
            let (name, panel) = (filter(at), numbered("w", at.0, vectors.panels));
            let part = vectors.part(&quote!(#panel[i]), at.1, rt);
            quote! { let #name = v::load(#part); }
        });
        let steps = (0..tile.pixels).map(|pixel| {
            let x = index(&[(&quote!(i), 1)], pixel * pixels, 0);
            let steps = vectors.each().map(|at| {
                let (a, f) = (a(pixel, at), filter(at));
                quote! { #a = v::mul_add(pixel, #f, #a); }
            });
            quote! { let pixel = v::splat(x[#x]); #(#steps)* }
        });
        quote! { #(#loads)* #(#steps)* }
    });
    let stores = (0..tile.pixels).flat_map(|pixel| vectors.each().map(move |v| (pixel, v)));
    let stores = stores.map(|(pixel, at)| {
        let a = a(pixel, at);
        let epilogue = activate_vector(&a, &conv.epilogue, rt);
        let store = store(conv, sizes, vectors, pixel, at, &a, rt);
        quote! { #epilogue #store }
    });
    quote! { #(#begin)* #sum #(#stores)* }
}

/// The loops over the taps and channels of a tile; `step` is told how far apart its pixels are and
/// finds `x`, the panels of weights and `i` bound.
fn sum(
    conv: &Conv,
    window: &Window,
    sizes: &Sizes,
    vectors: &Vectors,
    tile: &Tile<'_>,
    rt: &TokenStream,
    step: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let [_, s] = conv.op.kernel;
    let groups = conv.op.groups;
    let (layout, shape) = (conv.x.layout, conv.x.shape);
    let column = window.column_step();
    let apart = conv.op.stride[1] * column;
    // Neighbouring taps of a dense image lie one behind the other.
    let dense = layout.lanes == shape.channels();
    let beside = conv.op.dilation[1] == 1 || s == 1;
    let merged = tile.columns.is_none() && groups == 1 && dense && beside;
    let blocks = if dense { 1 } else { layout.blocks(shape) / groups };
    let run = match (merged, dense) {
        (true, _) => s * sizes.c,
        (false, true) => sizes.c,
        (false, false) => layout.lanes,
    };
    let tap = if merged { quote!(0) } else { quote!(s) };
    let first = window.place(tile.q, 0, &tap);
    let group =
        if groups == 1 { 0 } else { sizes.c / run * if dense { run } else { layout.block(shape) } };
    let text = |run: usize, block: &TokenStream| {
        let place = index(
            &[
                (&first, 1),
                (&quote!(group), group),
                (block, if blocks == 1 { 0 } else { layout.block(shape) }),
            ],
            0,
            0,
        );
        let span = int((tile.pixels - 1) * apart + run);
        let panels = (0..vectors.panels).map(|panel| {
            let name = numbered("w", panel, vectors.panels);
            let place = index(
                &[
                    (&quote!(panel), sizes.taps),
                    (&quote!(r), s * sizes.c),
                    (&tap, if merged { 0 } else { sizes.c }),
                    (block, if blocks == 1 { 0 } else { layout.lanes }),
                ],
                panel * sizes.taps,
                0,
            );
            let (l, run) = (int(vectors.lanes * vectors.width), int(run));
            quote! { let #name = #rt::at::<[f32; #l], #run>(w, #place); }
        });
        let (run, step) = (int(run), step(apart));
        quote! {
            let x = #rt::at::<f32, #span>(x, #place);
            #(#panels)*
            for i in 0..#run { #step }
        }
    };
    let mut inside = if blocks == 1 {
        text(run.min(sizes.c * if merged { s } else { 1 }), &quote!(0))
    } else {
        let whole = sizes.c / layout.lanes;
        let all = text(run, &quote!(block));
        let count = int(whole);
        let mut code = quote! { for block in 0..#count { #all } };
        if sizes.c % layout.lanes > 0 {
            let last = text(sizes.c % layout.lanes, &quote!(block));
            code.extend(quote! { { let block = #count; #last } });
        }
        code
    };
    if !merged {
        let all = int(s);
        let columns = tile.columns.clone().unwrap_or_else(|| quote!(0..#all));
        inside = quote! { for s in #columns { #inside } };
    }
    let rows = window.rows();
    quote! { for r in #rows { #inside } }
}

/// Stores a vector of a tile; fewer lanes for the last panel where the filters do not fill it.
fn store(
    conv: &Conv,
    sizes: &Sizes,
    vectors: &Vectors,
    pixel: usize,
    (panel, vector): (usize, usize),
    a: &Ident,
    rt: &TokenStream,
) -> TokenStream {
    let View { shape, layout } = conv.y;
    let lanes = vectors.width * vectors.lanes;
    let dense = layout.is_dense(shape);
    let step = if dense { lanes } else { layout.block(shape) };
    let group = if conv.op.groups == 1 { 0 } else { sizes.k / lanes.min(sizes.k) * step };
    let group = if dense && conv.op.groups > 1 { sizes.k } else { group };
    let row = if conv.is_one_row() { 0 } else { layout.row(shape) };
    let plus = (layout.left + pixel) * layout.column() + panel * step + vector * vectors.lanes;
    let terms = [
        (&quote!(p), row),
        (&quote!(q), layout.column()),
        (&quote!(group), group),
        (&quote!(n), step),
    ];
    let place = index(&terms, plus, 0);
    if sizes.k.is_multiple_of(lanes) {
        return quote! { v::store(#rt::at_mut(y, #place), #a); };
    }
    let before = index(&[(&quote!(n), lanes)], panel * lanes + vector * vectors.lanes, 0);
    let (k, l) = (typed(sizes.k), int(vectors.lanes));
    let count = quote!(#k.saturating_sub(#before).min(#l));
    if dense {
        quote! {
            let count = #count;
            if count > 0 { v::store_first(#rt::part_mut(y, #place, count), #a); }
        }
    } else {
        quote! { v::store_zeroed(#rt::at_mut(y, #place), #a, #count); }
    }
}
