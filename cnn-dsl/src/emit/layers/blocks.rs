//! Rows of values in blocks of channels or dense: where vectors of neighbouring channels lie in them.
//!
//! Kernels that take rows and write a part find here their loops over channels, and loads and
//! stores. `n` counts vectors of channels, `q` columns, `units` is the part's range of units.

use super::{Context, activate_vector, rows_function, vectors_of};
use crate::emit::print::{index, int, name, numbered};
use crate::ir::Activation;
use crate::plan::layers::{PANEL, View};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Vectors of a block.
pub(super) fn width(context: &Context<'_>) -> usize {
    PANEL / context.isa.lanes()
}

/// Whether a value's channels lie in blocks.
fn is_blocked(view: View) -> bool {
    !view.layout.is_flat(view.shape)
}

/// `body(lanes)` for every vector of channels of the part of `y`; the last one may have fewer.
pub(super) fn over_channels(
    y: View,
    context: &Context<'_>,
    body: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let (lanes, width) = (context.isa.lanes(), width(context));
    let channels = y.shape.channels();
    let (whole, rest) = (channels / lanes, channels % lanes);
    let [_, units] = y.layout.units(y.shape);
    let mut code = TokenStream::new();
    if whole > 0 {
        let inside = body(lanes);
        let count = int(whole);
        let range = if units == 1 {
            quote!(0..#count)
        } else {
            let (from, to) = (
                index(&[(&quote!(units.start), width)], 0, 0),
                index(&[(&quote!(units.end), width)], 0, 0),
            );
            let even = channels.is_multiple_of(PANEL);
            if even { quote!(#from..#to) } else { quote!(#from..(#to).min(#count)) }
        };
        code.extend(quote! { for n in #range { #inside } });
    }
    if rest > 0 {
        let (inside, n, units_int) = (body(rest), int(whole), int(units));
        let last = quote! { let n = #n; #inside };
        code.extend(if units == 1 {
            quote! { { #last } }
        } else {
            quote! { if units.end == #units_int { #last } }
        });
    }
    code
}

/// Where vector `n` of channels lies whose pixel has its channel 0 at the sum of the terms `pixel`,
/// plus `more`. In a part's row (`in_part`) the first unit is the part's.
pub(super) fn channel_place(
    view: View,
    pixel: &[(&TokenStream, usize)],
    more: usize,
    in_part: bool,
    context: &Context<'_>,
) -> TokenStream {
    let channel = channel_terms(view, in_part, context);
    let channel = channel.iter().map(|(term, factor)| (term, *factor));
    let terms: Vec<_> = pixel.iter().copied().chain(channel).collect();
    index(&terms, more, 0)
}

/// Where vector `n` of channels lies, from channel 0 of its pixel on.
fn channel_terms(view: View, in_part: bool, context: &Context<'_>) -> Vec<(TokenStream, usize)> {
    let lanes = context.isa.lanes();
    if !is_blocked(view) {
        return vec![(quote!(n), lanes)];
    }
    let [unit, units] = view.layout.units(view.shape);
    let width = width(context);
    let block = if width == 1 {
        quote!(n)
    } else {
        let width = int(width);
        quote!((n / #width))
    };
    let block = if in_part && units > 1 { quote!((#block - units.start)) } else { block };
    let mut terms = vec![(block, if units == 1 { 0 } else { unit })];
    if width > 1 {
        let width = int(width);
        terms.push((quote!((n % #width)), lanes));
    }
    terms
}

/// Where vector `n` of column `q` + `more` lies in a row of the value.
pub(super) fn place(
    view: View,
    q: &TokenStream,
    more: usize,
    in_part: bool,
    context: &Context<'_>,
) -> TokenStream {
    let column = view.layout.column();
    channel_place(view, &[(q, column)], (view.layout.left + more) * column, in_part, context)
}

/// A vector of `count` channels out of the slice or array `from`.
pub(super) fn load(
    view: View,
    from: &TokenStream,
    place: &TokenStream,
    count: usize,
    context: &Context<'_>,
) -> TokenStream {
    let rt = context.rt;
    if is_blocked(view) || count == context.isa.lanes() {
        return quote!(v::load(#rt::at(#from, #place)));
    }
    let count = int(count);
    quote!(v::load_first(#rt::part(#from, #place, #count)))
}

/// The store of a vector of `count` channels into the part's row `out`.
pub(super) fn store(
    view: View,
    place: &TokenStream,
    a: &TokenStream,
    count: usize,
    context: &Context<'_>,
) -> TokenStream {
    let rt = context.rt;
    if is_blocked(view) || count == context.isa.lanes() {
        return quote!(v::store(#rt::at_mut(out, #place), #a););
    }
    let count = int(count);
    quote!(v::store_first(#rt::part_mut(out, #place, #count), #a);)
}

/// The noughts beside the rows of a part.
pub(super) fn clear_sides(y: View, rt: &TokenStream) -> TokenStream {
    let clear = clear_sides_of(&quote!(y.row(p)), y, rt);
    if clear.is_empty() {
        clear
    } else {
        quote! { for p in y.rows() { #clear } }
    }
}

/// The noughts beside rows of the shape of `y`, which lie one behind the other in `values`.
pub(super) fn clear_sides_of(values: &TokenStream, y: View, rt: &TokenStream) -> TokenStream {
    let layout = y.layout;
    if layout.left + layout.right == 0 {
        return TokenStream::new();
    }
    let stretch = int(layout.block(y.shape));
    let (left, right) = (int(layout.left * layout.lanes), int(layout.right * layout.lanes));
    quote! { #rt::clear_sides(#values, #stretch, #left, #right); }
}

/// `let row = x.row(h);` with the length of the value's rows.
pub(super) fn row(x: &TokenStream, view: View, h: &TokenStream) -> TokenStream {
    let len = int(view.layout.row(view.shape));
    quote!(#x.row::<#len>(#h))
}

/// What a kernel needs that computes each vector of the result from vectors at the same place.
pub(super) struct Elementwise<'a> {
    /// Operands; one of a single pixel serves every pixel.
    pub xs: &'a [View],
    pub y: View,
    pub epilogue: &'a [Activation],
    /// Before the loops.
    pub before: TokenStream,
}

impl Elementwise<'_> {
    /// The kernel; `body` computes `a` from the operands' vectors and `count` lanes.
    pub fn emit(
        &self,
        context: &Context<'_>,
        body: impl Fn(&[TokenStream], usize) -> TokenStream,
    ) -> TokenStream {
        let y = self.y;
        let [h, w, _] = y.shape.hwc();
        let count = self.xs.len();
        let spread = |x: &View| x.shape.hwc()[..2] != [h, w];
        let rows = self.xs.iter().enumerate().map(|(index, x)| {
            let (row_name, operand) = (numbered("row", index, count), numbered("x", index, count));
            let h = if spread(x) { quote!(0) } else { quote!(p) };
            let row = row(&quote!(#operand), *x, &h);
            quote! { let #row_name = #row; }
        });
        let q = quote!(q);
        let all = over_channels(y, context, |lanes| {
            let vectors = self.xs.iter().enumerate().map(|(index, x)| {
                let row = numbered("row", index, count);
                let place = if spread(x) {
                    place_in_first(*x, context)
                } else {
                    place(*x, &q, 0, false, context)
                };
                load(*x, &quote!(#row), &place, lanes, context)
            });
            let vectors: Vec<_> = vectors.collect();
            let result = body(&vectors, lanes);
            let epilogue = activate_vector(&name("a"), self.epilogue, context.rt);
            let to = place(y, &q, 0, true, context);
            let store = store(y, &to, &quote!(a), lanes, context);
            let columns = int(w);
            quote! { for q in 0..#columns { #result #epilogue #store } }
        });
        let (v, clear) = (vectors_of(context), clear_sides(y, context.rt));
        let before = &self.before;
        let units = units(y);
        let body = quote! {
            #v
            #units
            #before
            #clear
            for p in y.rows() {
                #(#rows)*
                let out = y.row(p);
                #all
            }
        };
        rows_function(context, count, &body)
    }
}

/// Where vector `n` of a value of one pixel lies.
pub(super) fn place_in_first(x: View, context: &Context<'_>) -> TokenStream {
    channel_place(x, &[], x.layout.left * x.layout.column(), false, context)
}

/// The part's units, where a row has several.
pub(super) fn units(y: View) -> TokenStream {
    let [_, units] = y.layout.units(y.shape);
    if units == 1 {
        TokenStream::new()
    } else {
        quote! { let units = y.units(); }
    }
}

/// Names of a row of accumulators.
pub(super) fn accumulators(count: usize) -> Vec<Ident> {
    (0..count).map(|pixel| format_ident!("a{pixel}")).collect()
}
