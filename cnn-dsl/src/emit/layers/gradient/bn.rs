//! Batch norm in training. What of the batch is known lies in rows of one piece: scale, shift, mean,
//! and the factors of `d_x`.

use super::{activation, over_channels, row};
use crate::emit::layers::blocks::{Elementwise, load, place};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int};
use crate::ir::Activation;
use crate::plan::layers::gradient::Gradient;
use crate::plan::layers::{PANEL, View};
use proc_macro2::TokenStream;
use quote::quote;

/// The rows of the piece.
const SCALE: usize = 0;
const SHIFT: usize = 1;
const MEAN: usize = 2;
const A: usize = 3;
const B: usize = 4;
const C: usize = 5;

/// Vector `n` of a row of the piece `w`.
fn known(which: usize, view: View, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let padded = view.shape.channels().next_multiple_of(PANEL);
    let place = index(&[(&quote!(n), context.isa.lanes())], which * padded, 0);
    quote!(v::load(#rt::at(w, #place)))
}

/// `x * scale + shift`.
pub(super) fn normalise(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, y] = [kernel.xs[0], kernel.ys[0]];
    let (scale, shift) = (known(SCALE, y, context), known(SHIFT, y, context));
    let before = TokenStream::new();
    let kernel = Elementwise { xs: &[x], y, epilogue: &kernel.epilogue, before };
    kernel.emit(context, |xs, _| {
        let x = &xs[0];
        quote! { let mut a = v::mul_add(#x, #scale, #shift); }
    })
}

/// `let d = ...`: the gradient of the normalised `x`, from that of the activation behind it.
fn before(then: Option<&Activation>, view: View, context: &Context<'_>) -> TokenStream {
    let Some(then) = then else { return TokenStream::new() };
    let (scale, shift) = (known(SCALE, view, context), known(SHIFT, view, context));
    let slope = activation::slope(then, context);
    quote! { let seen = v::mul_add(x, #scale, #shift); #slope }
}

/// `a * d_y + b * x + c`.
pub(super) fn centre(
    kernel: &Gradient,
    then: Option<&Activation>,
    context: &Context<'_>,
) -> TokenStream {
    let y = kernel.ys[0];
    let [a, b, c] = [A, B, C].map(|which| known(which, y, context));
    let slope = before(then, y, context);
    let kernel = Elementwise { xs: &kernel.xs, y, epilogue: &[], before: TokenStream::new() };
    kernel.emit(context, |xs, _| {
        let (x, d) = (&xs[0], &xs[1]);
        quote! {
            let (x, d) = (#x, #d);
            #slope
            let a = v::mul_add(d, #a, v::mul_add(x, #b, #c));
        }
    })
}

/// The mean of each channel and the sum of squared differences from it, by sums of differences from
/// the first pixel, which is near the mean: one pass.
pub(super) fn moments(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let x = kernel.xs[0];
    let (rt, [h, w, c]) = (context.rt, x.shape.hwc());
    let padded = c.next_multiple_of(PANEL);
    let lanes = context.isa.lanes();
    let x_row = row("row", "x", x, &quote!(p), rt);
    let first_row = row("row", "x", x, &quote!(0), rt);
    let channels = over_channels(c, context, |count| {
        let pixel = |q: TokenStream| {
            let place = place(x, &q, 0, false, context);
            load(x, &quote!(row), &place, count, context)
        };
        let (first, x) = (pixel(quote!(0)), pixel(quote!(q)));
        let to = |row: usize| index(&[(&quote!(n), lanes)], row * padded, 0);
        let (mean, squares) = (to(0), to(1));
        let (rows, columns) = (int(h), int(w));
        let share = 1.0 / (h * w) as f32;
        quote! {
            #first_row
            let first = #first;
            let (mut sum, mut squares) = (v::splat(0.0), v::splat(0.0));
            for p in 0..#rows {
                #x_row
                for q in 0..#columns {
                    let difference = v::sub(#x, first);
                    sum = v::add(sum, difference);
                    squares = v::mul_add(difference, difference, squares);
                }
            }
            let mean = v::mul(sum, v::splat(#share));
            v::store(#rt::at_mut(y, #mean), v::add(first, mean));
            v::store(#rt::at_mut(y, #squares), v::sub(squares, v::mul(sum, mean)));
        }
    });
    let v = vectors_of(context);
    function(context, &kernel.xs, &kernel.ys, &quote! { #v #channels })
}

/// The sums of `d_y`, and of `d_y` times the difference of `x` from the batch's mean.
pub(super) fn sums(
    kernel: &Gradient,
    then: Option<&Activation>,
    context: &Context<'_>,
) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let (rt, [h, w, c]) = (context.rt, x.shape.hwc());
    let padded = c.next_multiple_of(PANEL);
    let lanes = context.isa.lanes();
    let x_row = row("row", "x0", x, &quote!(p), rt);
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let (mean, slope) = (known(MEAN, x, context), before(then, x, context));
    let channels = over_channels(c, context, |count| {
        let x = load(x, &quote!(row), &place(x, &quote!(q), 0, false, context), count, context);
        let d =
            load(d_y, &quote!(d_row), &place(d_y, &quote!(q), 0, false, context), count, context);
        let to = |row: usize| index(&[(&quote!(n), lanes)], row * padded, 0);
        let (of_d, of_products) = (to(0), to(1));
        let (rows, columns) = (int(h), int(w));
        quote! {
            let mean = #mean;
            let (mut sum, mut products) = (v::splat(0.0), v::splat(0.0));
            for p in 0..#rows {
                #x_row
                #d_row
                for q in 0..#columns {
                    let (x, d) = (#x, #d);
                    #slope
                    sum = v::add(sum, d);
                    products = v::mul_add(v::sub(x, mean), d, products);
                }
            }
            v::store(#rt::at_mut(y, #of_d), sum);
            v::store(#rt::at_mut(y, #of_products), products);
        }
    });
    let v = vectors_of(context);
    function(context, &kernel.xs, &kernel.ys, &quote! { #v #channels })
}
