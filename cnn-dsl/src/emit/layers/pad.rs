//! Zeros around rows, columns or channels, or cropping.

use super::blocks::{clear_sides, load, over_channels, place, row, store, units};
use super::{Context, activate, activate_vector, function, rows_function, vectors_of};
use crate::emit::print::{index, int, name, typed};
use crate::ir::Pads;
use crate::ir::layers::pad::Pad as Op;
use crate::plan::layers::pad::Pad;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a pad.
pub(super) fn emit(pad: &Pad, context: &Context<'_>) -> TokenStream {
    match &pad.op {
        Op::Image(pads) => image(pad, *pads, context),
        Op::Channels(before, _) => channels(pad, *before, context),
    }
}

/// What is copied along an axis: from which element of the operand on, to which of the result, and
/// how many.
fn axis(before: i64, input: usize, output: usize) -> [usize; 3] {
    let to = usize::try_from(before).unwrap_or(0);
    let from = usize::try_from(-before).unwrap_or(0);
    [from, to, input.saturating_sub(from).min(output.saturating_sub(to))]
}

/// Rows and columns: a row at a time, vectors of its channels.
fn image(pad: &Pad, pads: Pads, context: &Context<'_>) -> TokenStream {
    let Pad { x, y, .. } = *pad;
    let ([in_h, in_w, _], [out_h, out_w, _]) = (x.shape.hwc(), y.shape.hwc());
    let [from_h, to_h, h] = axis(pads.top, in_h, out_h);
    let [from_w, to_w, w] = axis(pads.left, in_w, out_w);
    let (q, a, epilogue) = (quote!(q), name("a"), &pad.epilogue);
    let epilogue = activate_vector(&a, epilogue, context.rt);
    let columns = |columns: std::ops::Range<usize>, count: usize, vector: TokenStream| {
        if columns.is_empty() {
            return TokenStream::new();
        }
        let to = place(y, &q, 0, true, context);
        let store = store(y, &to, &quote!(a), count, context);
        let (start, end) = (int(columns.start), int(columns.end));
        quote! { for q in #start..#end { let mut a = #vector; #epilogue #store } }
    };
    let nought = || quote!(v::splat(0.0));
    let copies = over_channels(y, context, |count| {
        let column = index(&[(&q, 1)], from_w, to_w);
        let from = place(x, &quote!((#column)), 0, false, context);
        let inside = load(x, &quote!(row), &from, count, context);
        let copied = [
            columns(0..to_w, count, nought()),
            columns(to_w..to_w + w, count, inside),
            columns(to_w + w..out_w, count, nought()),
        ];
        quote! { #(#copied)* }
    });
    let seen = index(&[(&quote!(p), 1)], from_h, to_h);
    let row = row(&quote!(x), x, &quote!(#seen));
    let rows = if (to_h, h) == (0, out_h) {
        quote! { let row = #row; #copies }
    } else {
        let (from, to) = (typed(to_h), typed(to_h + h));
        let noughts = over_channels(y, context, |count| columns(0..out_w, count, nought()));
        quote! {
            if (#from..#to).contains(&p) { let row = #row; #copies } else { #noughts }
        }
    };
    let (v, clear, units) = (vectors_of(context), clear_sides(y, context.rt), units(y));
    let body = quote! {
        #v
        #units
        #clear
        for p in y.rows() { let out = y.row(p); #rows }
    };
    rows_function(context, 1, &body)
}

/// Channels, between dense values.
fn channels(pad: &Pad, before: i64, context: &Context<'_>) -> TokenStream {
    let ([h, w, in_c], [_, _, out_c]) = (pad.x.shape.hwc(), pad.y.shape.hwc());
    let [from_c, to_c, c] = axis(before, in_c, out_c);
    let [vh, vw] = [quote!(h), quote!(w)];
    let from = index(&[(&vh, w * in_c), (&vw, in_c)], from_c, 0);
    let to = index(&[(&vh, w * out_c), (&vw, out_c)], to_c, 0);
    let epilogue = activate(&quote!(y), &pad.epilogue, context.rt);
    let (h, w, c) = (int(h), int(w), int(c));
    let body = quote! {
        y.fill(0.0);
        for h in 0..#h { for w in 0..#w {
            let (to, from) = (#to, #from);
            y[to..to + #c].copy_from_slice(&x[from..from + #c]);
        } }
        #epilogue
    };
    function(context, &[pad.x], &[pad.y], &body)
}
