//! A new height and width; where each row and column comes from stands in tables.

use super::blocks::{clear_sides, load, over_channels, place, row, store, units};
use super::{Context, activate_vector, rows_function, vectors_of};
use crate::emit::print::{float, int, name};
use crate::ir::layers::resize::ResizeMode;
use crate::plan::layers::resize::{Resize, bilinear, nearest};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a resize.
pub(super) fn emit(resize: &Resize, context: &Context<'_>) -> TokenStream {
    let (x, y) = (resize.x, resize.y);
    let ([h, w, _], [p, q, _]) = (x.shape.hwc(), y.shape.hwc());
    let (rows, columns) = (table("ROWS", resize, h, p), table("COLUMNS", resize, w, q));
    let seen = match resize.op.mode {
        ResizeMode::Nearest => {
            let row = row(&quote!(x), x, &quote!(ROWS[p]));
            quote! { let row = #row; }
        }
        ResizeMode::Bilinear => {
            let above = row(&quote!(x), x, &quote!(above));
            let below = row(&quote!(x), x, &quote!(below));
            quote! {
                let (above, below, fraction) = ROWS[p];
                let (above, below) = (#above, #below);
                let (far, near) = (v::splat(1.0 - fraction), v::splat(fraction));
            }
        }
    };
    let count = int(q);
    let pixels = over_channels(y, context, |count_of_lanes| {
        let pixel = pixel(resize, count_of_lanes, context);
        let epilogue = activate_vector(&name("a"), &resize.epilogue, context.rt);
        let to = place(y, &quote!(q), 0, true, context);
        let store = store(y, &to, &quote!(a), count_of_lanes, context);
        quote! { for q in 0..#count { #pixel #epilogue #store } }
    });
    let (v, clear, units) = (vectors_of(context), clear_sides(y, context.rt), units(y));
    let body = quote! {
        #v
        #rows
        #columns
        #units
        #clear
        for p in y.rows() { #seen let out = y.row(p); #pixels }
    };
    rows_function(context, 1, &body)
}

/// Where each row or column comes from.
fn table(of: &str, resize: &Resize, input: usize, output: usize) -> TokenStream {
    let entry = match resize.op.mode {
        ResizeMode::Nearest => quote!(usize),
        ResizeMode::Bilinear => quote!((usize, usize, f32)),
    };
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
    let (of, len) = (name(of), int(output));
    quote! { static #of: [#entry; #len] = [#(#entries),*]; }
}

/// Binds `a`, a vector of `count` channels of column `q`.
fn pixel(resize: &Resize, count: usize, context: &Context<'_>) -> TokenStream {
    let x = resize.x;
    let vector = |of: &str, column: TokenStream| {
        let (of, column) = (name(of), place(x, &column, 0, false, context));
        load(x, &quote!(#of), &column, count, context)
    };
    match resize.op.mode {
        ResizeMode::Nearest => {
            let vector = vector("row", quote!(COLUMNS[q]));
            quote! { let mut a = #vector; }
        }
        ResizeMode::Bilinear => {
            let along = |of: &str| {
                let (left, right) = (vector(of, quote!(left)), vector(of, quote!(right)));
                quote!(v::mul_add(there, #right, v::mul(here, #left)))
            };
            let (above, below) = (along("above"), along("below"));
            quote! {
                let (left, right, fraction) = COLUMNS[q];
                let (here, there) = (v::splat(1.0 - fraction), v::splat(fraction));
                let mut a = v::mul_add(near, #below, v::mul(far, #above));
            }
        }
    }
}
