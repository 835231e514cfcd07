//! A new height and width; where each row and column comes from stands in tables.

use super::{Context, activate, function, vectors};
use crate::emit::print::{float, index, int};
use crate::ir::layers::resize::ResizeMode;
use crate::plan::layers::resize::{Resize, bilinear, nearest};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a resize.
pub(super) fn emit(resize: &Resize, context: &Context<'_>) -> TokenStream {
    let [h, w, c] = resize.x.shape.hwc();
    let [p, q, _] = resize.y.shape.hwc();
    let epilogue = activate(&quote!(y), &resize.epilogue, context.rt);
    let (entry, pixel) = match resize.op.mode {
        ResizeMode::Nearest => (quote!(usize), nearest_pixel(w, c)),
        ResizeMode::Bilinear => (quote!((usize, usize, f32)), bilinear_pixel(w, c, context.rt)),
    };
    let table = |name: TokenStream, input: usize, output: usize| {
        let entries = (0..output).map(|at| match resize.op.mode {
            ResizeMode::Nearest => {
                let from = int(nearest(at, input, output));
                quote!(#from)
            }
            ResizeMode::Bilinear => {
                let between = bilinear(at, input, output);
                let (low, high) = (int(between.low), int(between.high));
                let fraction = float(between.fraction);
                quote!((#low, #high, #fraction))
            }
        });
        let len = int(output);
        quote! { static #name: [#entry; #len] = [#(#entries),*]; }
    };
    let (rows, columns) = (table(quote!(ROWS), h, p), table(quote!(COLUMNS), w, q));
    let to = index(&[(&quote!(p), q * c), (&quote!(q), c)], 0, 0);
    let (p, q) = (int(p), int(q));
    let body = quote! {
        #rows
        #columns
        for p in 0..#p { for q in 0..#q {
            let to = #to;
            #pixel
        } }
        #epilogue
    };
    function(context, &[resize.x], &[resize.y], &body)
}

fn nearest_pixel(w: usize, c: usize) -> TokenStream {
    let from = index(&[(&quote!(ROWS[p]), w * c), (&quote!(COLUMNS[q]), c)], 0, 0);
    let c = int(c);
    quote! {
        let from = #from;
        y[to..to + #c].copy_from_slice(&x[from..from + #c]);
    }
}

fn bilinear_pixel(w: usize, c: usize, rt: &TokenStream) -> TokenStream {
    let corner =
        |row: TokenStream, column: TokenStream| index(&[(&row, w * c), (&column, c)], 0, 0);
    let corners = [
        corner(quote!(above), quote!(left)),
        corner(quote!(above), quote!(right)),
        corner(quote!(below), quote!(left)),
        corner(quote!(below), quote!(right)),
    ];
    let mixed = vectors(c, "c", |lanes, first| {
        let l = int(lanes);
        quote! {
            let a = #rt::bilinear::<#l>(x, corners.map(|corner| corner + #first), v, u);
            #rt::put(y, to + #first, a);
        }
    });
    quote! {
        let (above, below, v) = ROWS[p];
        let (left, right, u) = COLUMNS[q];
        let corners = [#(#corners),*];
        #mixed
    }
}
