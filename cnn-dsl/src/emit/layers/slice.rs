//! A range of channels; of all channels it is the copy of a value into another layout.

use super::blocks::{clear_sides, clear_sides_of, load, over_channels, row, store, units};
use super::{Context, activate, activate_vector, function, rows_function, vectors_of};
use crate::emit::print::{index, int, name};
use crate::plan::layers::View;
use crate::plan::layers::slice::Slice;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a slice.
pub(super) fn emit(slice: &Slice, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let (x, y) = (slice.x, slice.y);
    if slice.is_of_blocks() {
        return blocks(slice, context);
    }
    let epilogue = activate(&quote!(y), &slice.epilogue, rt);
    let body = if y.layout.is_dense(y.shape) {
        let (all, part) = (int(x.shape.channels()), int(y.shape.channels()));
        let (from, to) = (int(slice.op.from), int(slice.op.to));
        quote! {
            for (x, y) in x.as_chunks::<#all>().0.iter().zip(y.as_chunks_mut::<#part>().0) {
                y.copy_from_slice(&x[#from..#to]);
                #epilogue
            }
        }
    } else {
        let clear = clear_sides_of(&quote!(y), y, rt);
        let [h, w, c] = y.shape.hwc();
        let channel = index(&[(&quote!(c), 1)], slice.op.from, 0);
        let from = place(x, &quote!(h), &quote!(w), &quote!((#channel)));
        let to = place(y, &quote!(h), &quote!(w), &quote!(c));
        let (h, w, c) = (int(h), int(w), int(c));
        quote! {
            for h in 0..#h { for c in 0..#c { for w in 0..#w { y[#to] = x[#from]; } } }
            #epilogue
            #clear
        }
    };
    function(context, &[x], &[y], &body)
}

/// Vectors of channels, from the first one of a block on.
fn blocks(slice: &Slice, context: &Context<'_>) -> TokenStream {
    let Slice { x, y, epilogue, .. } = slice;
    let first = int(slice.op.from / context.isa.lanes());
    let q = quote!(q);
    let [_, w, _] = y.shape.hwc();
    let columns = int(w);
    let copies = over_channels(*y, context, |lanes| {
        let from = super::blocks::place(*x, &q, 0, false, context);
        let vector = load(*x, &quote!(row), &from, lanes, context);
        let epilogue = activate_vector(&name("a"), epilogue, context.rt);
        let to = super::blocks::place(*y, &q, 0, true, context);
        let store = store(*y, &to, &quote!(a), lanes, context);
        quote! {
            let m = n;
            let n = n + #first;
            for q in 0..#columns {
                let mut a = #vector;
                #epilogue
                let n = m;
                #store
            }
        }
    });
    let (v, units) = (vectors_of(context), units(*y));
    let (clear, row) = (clear_sides(*y, context.rt), row(&quote!(x), *x, &quote!(p)));
    let body = quote! {
        #v
        #units
        #clear
        for p in y.rows() { let row = #row; let out = y.row(p); #copies }
    };
    rows_function(context, 1, &body)
}

/// Where an element lies in a value that is dense or keeps its channels apart.
pub(super) fn place(view: View, h: &TokenStream, w: &TokenStream, c: &TokenStream) -> TokenStream {
    let View { shape, layout } = view;
    let before = layout.left * layout.lanes;
    let rows = [(h, layout.row(shape)), (w, layout.column())];
    if layout.blocks(shape) > 1 && layout.lanes > 1 {
        let lanes = int(layout.lanes);
        let (block, lane) = (quote!((#c / #lanes)), quote!((#c % #lanes)));
        let terms = [rows[0], rows[1], (&block, layout.block(shape)), (&lane, 1)];
        return index(&terms, before, 0);
    }
    let channel = if layout.lanes == 1 { layout.block(shape) } else { 1 };
    index(&[rows[0], rows[1], (c, channel)], before, 0)
}
