//! The channels of all operands: vectors of them where all are whole blocks, else pixel by pixel.

use super::blocks::{clear_sides, load, place, row, store, units, width};
use super::{Context, activate, activate_vector, function, rows_function, vectors_of};
use crate::emit::print::{int, name, numbered};
use crate::plan::layers::View;
use crate::plan::layers::concat::Concat;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a concatenation.
pub(super) fn emit(concat: &Concat, context: &Context<'_>) -> TokenStream {
    if concat.is_of_blocks() { blocks(concat, context) } else { pixels(concat, context) }
}

/// A row at a time, an operand after the other.
fn blocks(concat: &Concat, context: &Context<'_>) -> TokenStream {
    let y = concat.y;
    let mut first = 0;
    let copies = concat.xs.iter().enumerate().map(|(index, &x)| {
        let text = operand(concat, index, x, first, context);
        first += x.shape.channels() / context.isa.lanes();
        text
    });
    let copies: Vec<_> = copies.collect();
    let (v, clear, units) = (vectors_of(context), clear_sides(y, context.rt), units(y));
    let body = quote! {
        #v
        #units
        #clear
        for p in y.rows() { let out = y.row(p); #(#copies)* }
    };
    rows_function(context, concat.xs.len(), &body)
}

/// The part's share of an operand whose vectors are the result's from `first` on.
fn operand(
    concat: &Concat,
    operand: usize,
    x: View,
    first: usize,
    context: &Context<'_>,
) -> TokenStream {
    let (y, lanes) = (concat.y, context.isa.lanes());
    let [_, w, _] = y.shape.hwc();
    let [_, units] = y.layout.units(y.shape);
    let name_of = numbered("x", operand, concat.xs.len());
    let row = row(&quote!(#name_of), x, &quote!(p));
    let (from, end) = (int(first), int(first + x.shape.channels() / lanes));
    let range = if units == 1 {
        quote!(#from..#end)
    } else {
        let width = int(width(context));
        quote!((units.start * #width).max(#from)..(units.end * #width).min(#end))
    };
    let q = quote!(q);
    let vector = load(x, &quote!(row), &place(x, &q, 0, false, context), lanes, context);
    let epilogue = activate_vector(&name("a"), &concat.epilogue, context.rt);
    let store = store(y, &place(y, &q, 0, true, context), &quote!(a), lanes, context);
    let columns = int(w);
    quote! {
        let row = #row;
        for m in #range {
            for q in 0..#columns {
                let n = m - #from;
                let mut a = #vector;
                #epilogue
                let n = m;
                #store
            }
        }
    }
}

/// Between dense values.
fn pixels(concat: &Concat, context: &Context<'_>) -> TokenStream {
    let mut first = 0;
    let copies = concat.xs.iter().enumerate().map(|(index, x)| {
        let name = numbered("x", index, concat.xs.len());
        let c = x.shape.channels();
        let (from, to) = (int(first), int(first + c));
        first += c;
        let c = int(c);
        quote! { y[#from..#to].copy_from_slice(&#name.as_chunks::<#c>().0[pixel]); }
    });
    let channels = int(concat.y.shape.channels());
    let epilogue = activate(&quote!(y), &concat.epilogue, context.rt);
    let body = quote! {
        for (pixel, y) in y.as_chunks_mut::<#channels>().0.iter_mut().enumerate() {
            #(#copies)*
            #epilogue
        }
    };
    function(context, &concat.xs, &[concat.y], &body)
}
