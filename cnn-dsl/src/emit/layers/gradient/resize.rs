//! `d_x` of a resizing: for each pixel the sum of what its neighbours in the result took of it, with
//! the weights by which they took it. Rows and columns are weighed apart, by tables.

use crate::emit::layers::blocks::{clear_sides, load, over_channels, place, row, store, units};
use crate::emit::layers::{Context, rows_function, vectors_of};
use crate::emit::print::{float, int, name};
use crate::ir::layers::resize::{Resize, ResizeMode};
use crate::plan::layers::gradient::Gradient;
use crate::plan::layers::resize::{bilinear, nearest};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the gradient.
pub(super) fn emit(op: &Resize, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let (d_y, d_x) = (kernel.xs[0], kernel.ys[0]);
    let ([h, w, _], [p, q, _]) = (d_x.shape.hwc(), d_y.shape.hwc());
    let (rows, columns) = (table("ROWS", op.mode, h, p), table("COLUMNS", op.mode, w, q));
    let d_row = row(&quote!(x), d_y, &quote!(p));
    let width = int(w);
    let pixels = over_channels(d_x, context, |count| {
        let from = place(d_y, &quote!(q), 0, false, context);
        let d = load(d_y, &quote!(d_row), &from, count, context);
        let to = place(d_x, &quote!(w), 0, true, context);
        let store = store(d_x, &to, &quote!(a), count, context);
        quote! {
            for w in 0..#width {
                let (left, across) = COLUMNS[w];
                let mut a = v::splat(0.0);
                for (p, down) in (above..).zip(down) {
                    let d_row = #d_row;
                    let mut along = v::splat(0.0);
                    for (q, across) in (left..).zip(across) {
                        along = v::mul_add(v::splat(*across), #d, along);
                    }
                    a = v::mul_add(v::splat(*down), along, a);
                }
                #store
            }
        }
    });
    let (v, clear, units) = (vectors_of(context), clear_sides(d_x, context.rt), units(d_x));
    let body = quote! {
        #v
        #rows
        #columns
        #units
        #clear
        for p in y.rows() {
            let (above, down) = ROWS[p];
            let out = y.row(p);
            #pixels
        }
    };
    rows_function(context, 1, &body)
}

/// For each row or column of the operand the first one of the result that took of it, and the weights
/// of this one and those behind it: those that took of one are neighbours.
fn table(of: &str, mode: ResizeMode, input: usize, output: usize) -> TokenStream {
    let mut taken: Vec<(usize, Vec<f32>)> = vec![(0, Vec::new()); input];
    for at in 0..output {
        for (source, weight) in weights(mode, [at, input, output]) {
            let (first, weights) = &mut taken[source];
            if weights.is_empty() {
                *first = at;
            }
            weights.push(weight);
        }
    }
    let entries = taken.iter().map(|(first, weights)| {
        let (first, weights) = (int(*first), weights.iter().map(|&weight| float(weight)));
        quote!((#first, &[#(#weights),*]))
    });
    let (of, len) = (name(of), int(input));
    quote! { static #of: [(usize, &[f32]); #len] = [#(#entries),*]; }
}

/// What row or column `at` of the result has of which of the operand's.
fn weights(mode: ResizeMode, [at, input, output]: [usize; 3]) -> Vec<(usize, f32)> {
    match mode {
        ResizeMode::Nearest => vec![(nearest(at, input, output), 1.0)],
        ResizeMode::Bilinear => {
            let between = bilinear(at, input, output);
            let (low, high) = (1.0 - between.fraction, between.fraction);
            if between.low == between.high {
                vec![(between.low, low + high)]
            } else {
                vec![(between.low, low), (between.high, high)]
            }
        }
    }
}
