//! Sums to pixels: `At m A`, the bias, the epilogue, the store.

use super::Text;
use crate::emit::layers::activate_vector;
use crate::emit::layers::blocks::{row, units};
use crate::emit::print::{float, index, int, typed};
use crate::plan::layers::{PANEL, View};
use cnn_weights::Winograd;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

pub(super) fn emit(text: &Text<'_>) -> TokenStream {
    let (rt, conv, sizes) = (text.context.rt, text.conv, &text.sizes);
    let m = text.tile.outputs();
    let (inside, across) = (tile(text), int(sizes.across));
    let first = text.in_block(&[], 0);
    let tiles = text.each_vector(&quote! {
        let bias = v::load(#rt::at(&b[panel], #first));
        for tile in 0..#across { #inside }
    });
    let rows = int(text.strip.rows);
    let p = index(&[(&quote!(row), m), (&quote!(first), m)], 0, 0);
    let from =
        index(&[(&quote!(panel), sizes.tiles * PANEL), (&quote!(row), sizes.across * PANEL)], 0, 0);
    let (lanes, len) = (int(PANEL), int(text.lengths()[1]));
    let panels = text.part_panels();
    let units = units(conv.y);
    let body = quote! {
        let b = b.as_chunks::<#lanes>().0;
        let sums: &[f32; #len] = #rt::at(sums, 0);
        #units
        for row in 0..#rows {
            let p = #p;
            for panel in #panels {
                let from = #from;
                #tiles
            }
        }
    };
    let summand = conv.summand.map(|_| quote!(x1: #rt::Rows<'_>,));
    let parameters = quote! {
        sums: &[f32], #summand b: &[f32], first: usize, left: usize, y: &mut #rt::Part<'_>
    };
    text.function("output", &parameters, &body)
}

/// A tile's pixels for one vector of a panel.
fn tile(text: &Text<'_>) -> TokenStream {
    let rt = text.context.rt;
    let [height, ..] = text.conv.y.shape.hwc();
    let (m, n) = (text.tile.outputs(), text.tile.inputs());
    let half = |k: usize, j: usize| format_ident!("t{k}_{j}");
    let columns = (0..n).map(|j| {
        let sum = |i: usize| format_ident!("s{i}");
        let loads = (0..n).map(|i| {
            let (s, place) = (sum(i), int((i * n + j) * text.sizes.output_step));
            quote! { let #s = v::load(#rt::at(sums, #place)); }
        });
        let down = combine(text.tile, sum, |k| half(k, j));
        quote! { #(#loads)* #down }
    });
    let rows = (0..m).map(|k| {
        let pixel = |c: usize| format_ident!("a{c}");
        let along = combine(text.tile, |j| half(k, j), pixel);
        let stores = (0..m).map(|c| store(text, &pixel(c), c));
        let span = span(text, text.conv.y, true).map(|(place, span)| {
            quote! { let out = #rt::at_mut::<#span>(out, #place); }
        });
        let p = index(&[(&quote!(p), 1)], k, 0);
        let summand = text.conv.summand.map(|view| {
            let row = row(&quote!(x1), view, &p);
            let span = self::span(text, view, false).map(|(place, span)| {
                quote! { let summand = #rt::at::<f32, #span>(summand, #place); }
            });
            quote! { let summand = #row; #span }
        });
        let row = quote! { let out = y.row(#p); #span #summand #along #(#stores)* };
        if height.is_multiple_of(m) {
            return quote! { { #row } };
        }
        let height = int(height);
        quote! { if #p < #height { #row } }
    });
    let q = index(&[(&quote!(left), m), (&quote!(tile), m)], 0, 0);
    // One array, so that its ends are looked at once.
    let lanes = text.context.isa.lanes();
    let from = text.in_block(&[(&quote!(from), 1), (&quote!(tile), PANEL)], 0);
    let read = int((text.tile.positions() - 1) * text.sizes.output_step + lanes);
    quote! {
        let q = #q;
        let sums = #rt::at::<f32, #read>(sums, #from);
        #(#columns)*
        #(#rows)*
    }
}

/// The results along one axis.
fn combine(
    tile: Winograd,
    of: impl Fn(usize) -> Ident,
    to: impl Fn(usize) -> Ident,
) -> TokenStream {
    let (of, to): (Vec<Ident>, Vec<Ident>) =
        ((0..tile.inputs()).map(of).collect(), (0..tile.outputs()).map(to).collect());
    match (tile, &of[..], &to[..]) {
        (Winograd::F4, [s0, s1, s2, s3, s4, s5], [y0, y1, y2, y3]) => {
            let matrix = tile.output_matrix();
            let [[a, b], [aa, bb], [aaa, bbb]] = [1, 2, 3].map(|row| {
                [1, 3].map(|column| {
                    let factor = float(matrix[row][column]);
                    quote!(v::splat(#factor))
                })
            });
            quote! {
                let (even_a, odd_a) = (v::add(#s1, #s2), v::sub(#s1, #s2));
                let (even_b, odd_b) = (v::add(#s3, #s4), v::sub(#s3, #s4));
                let #y0 = v::add(v::add(#s0, even_a), even_b);
                let #y1 = v::mul_add(odd_a, #a, v::mul(odd_b, #b));
                let #y2 = v::mul_add(even_a, #aa, v::mul(even_b, #bb));
                let #y3 = v::mul_add(odd_a, #aaa, v::mul_add(odd_b, #bbb, #s5));
            }
        }
        (Winograd::F2, [s0, s1, s2, s3], [y0, y1]) => quote! {
            let #y0 = v::add(#s0, v::add(#s1, #s2));
            let #y1 = v::add(v::sub(#s1, #s2), #s3);
        },
        (Winograd::F2 | Winograd::F4, ..) => TokenStream::new(),
    }
}

/// Where the pixels of a row of the tile lie in a row of a value of the result's shape, one array of
/// a vector each, and its length. `None` where some of them may not be there.
fn span(text: &Text<'_>, view: View, in_part: bool) -> Option<(TokenStream, Literal)> {
    let [_, width, _] = view.shape.hwc();
    let m = text.tile.outputs();
    let all = width.is_multiple_of(m) && lanes_of(text, view).is_none();
    let span = (m - 1) * view.layout.column() + text.context.isa.lanes();
    all.then(|| (first(text, view, in_part, 0), int(span)))
}

/// Where pixel `c` of a row of the tile lies: in its [`span`], or else in the row.
fn place(text: &Text<'_>, view: View, in_part: bool, c: usize) -> TokenStream {
    if span(text, view, in_part).is_none() {
        return first(text, view, in_part, c);
    }
    int(c * view.layout.column()).into_token_stream()
}

/// Where pixel `c` of a row of the tile lies in a row of a value of the result's shape.
fn first(text: &Text<'_>, view: View, in_part: bool, c: usize) -> TokenStream {
    let View { shape, layout } = view;
    let blocked = !layout.is_flat(shape);
    let [unit, units] = layout.units(shape);
    let step = if blocked { unit } else { PANEL };
    let shared = in_part && blocked && units > 1;
    let n = if shared { quote!((panel - units.start)) } else { quote!(panel) };
    let plus = (layout.left + c) * layout.column();
    text.in_block(&[(&n, step), (&quote!(q), layout.column())], plus)
}

/// How many lanes of a vector a value has, where its last panel is not full.
fn lanes_of(text: &Text<'_>, view: View) -> Option<TokenStream> {
    let filters = view.shape.channels();
    if !view.layout.is_flat(view.shape) || filters.is_multiple_of(PANEL) {
        return None;
    }
    let (filters, lanes) = (typed(filters), int(text.context.isa.lanes()));
    let before = text.in_block(&[(&quote!(panel), PANEL)], 0);
    Some(quote!(#filters.saturating_sub(#before).min(#lanes)))
}

/// Adds the summand's vector.
fn add(text: &Text<'_>, a: &Ident, c: usize) -> TokenStream {
    let Some(view) = text.conv.summand else { return TokenStream::new() };
    let (rt, place) = (text.context.rt, place(text, view, false, c));
    if let Some(count) = lanes_of(text, view) {
        return quote! {
            let count = #count;
            if count > 0 { #a = v::add(#a, v::load_first(#rt::part(summand, #place, count))); }
        };
    }
    quote! { #a = v::add(#a, v::load(#rt::at(summand, #place))); }
}

/// Stores pixel `c` of a row of the tile: with its bias and summand, activated, if it lies in the
/// image.
fn store(text: &Text<'_>, a: &Ident, c: usize) -> TokenStream {
    let rt = text.context.rt;
    let [_, width, _] = text.conv.y.shape.hwc();
    let (add, epilogue) = (add(text, a, c), activate_vector(a, &text.conv.epilogue, rt));
    let place = place(text, text.conv.y, true, c);
    let store = match lanes_of(text, text.conv.y) {
        None => quote! { v::store(#rt::at_mut(out, #place), #a); },
        Some(count) => quote! {
            let count = #count;
            if count > 0 { v::store_first(#rt::part_mut(out, #place, count), #a); }
        },
    };
    let store = quote! { let mut #a = v::add(#a, bias); #add #epilogue #store };
    if width.is_multiple_of(text.tile.outputs()) || c < width % text.tile.outputs() {
        return quote! { { #store } };
    }
    let (q, width) = (index(&[(&quote!(q), 1)], c, 0), int(width));
    quote! { if #q < #width { #store } }
}
