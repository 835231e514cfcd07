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

/// `a * d_y + b * x + c`. Without an operand `d_y` the result has it, and is overwritten.
pub(super) fn centre(
    kernel: &Gradient,
    then: Option<&Activation>,
    context: &Context<'_>,
) -> TokenStream {
    let y = kernel.ys[0];
    let [a, b, c] = [A, B, C].map(|which| known(which, y, context));
    let slope = before(then, y, context);
    let kernel = Elementwise { xs: &kernel.xs, y, epilogue: &[], before: TokenStream::new() };
    kernel.emit(context, |xs, lanes| {
        let own = || load(y, &quote!(out), &place(y, &quote!(q), 0, true, context), lanes, context);
        let (x, d) = (&xs[0], xs.get(1).cloned().unwrap_or_else(own));
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
    let pixel = |row: TokenStream, q: TokenStream, count: usize| {
        load(x, &row, &place(x, &q, 0, false, context), count, context)
    };
    let of_row = over_channels(c, context, |count| {
        let first = pixel(quote!(first_row), quote!(0), count);
        let (seen, columns) = (pixel(quote!(row), quote!(q), count), int(w));
        let inside = quote! {
            let first = #first;
            for q in 0..#columns {
                let difference = v::sub(#seen, first);
                one = v::add(one, difference);
                two = v::mul_add(difference, difference, two);
            }
        };
        on_sums(&inside, x, context)
    });
    let share = 1.0 / (h * w) as f32;
    let end = over_channels(c, context, |count| {
        let first = pixel(quote!(first_row), quote!(0), count);
        let inside = quote! {
            let mean = v::mul(one, v::splat(#share));
            two = v::sub(two, v::mul(one, mean));
            one = v::add(#first, mean);
        };
        on_sums(&inside, x, context)
    });
    let first_row = row("first_row", "x", x, &quote!(0), rt);
    let x_row = row("row", "x", x, &quote!(p), rt);
    let (v, rows) = (vectors_of(context), int(h));
    let body = quote! {
        #v
        #first_row
        y.fill(0.0);
        for p in 0..#rows { #x_row #of_row }
        #end
    };
    function(context, &kernel.xs, &kernel.ys, &body)
}

/// The sums of `d_y`, and of `d_y` times the difference of `x` from the batch's mean.
pub(super) fn sums(
    kernel: &Gradient,
    then: Option<&Activation>,
    context: &Context<'_>,
) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let (rt, [h, w, c]) = (context.rt, x.shape.hwc());
    let (mean, slope) = (known(MEAN, x, context), before(then, x, context));
    let of_row = over_channels(c, context, |count| {
        let pixel = |row: TokenStream, view: View| {
            load(view, &row, &place(view, &quote!(q), 0, false, context), count, context)
        };
        let (pixel, d, columns) = (pixel(quote!(row), x), pixel(quote!(d_row), d_y), int(w));
        let inside = quote! {
            let mean = #mean;
            for q in 0..#columns {
                let (x, d) = (#pixel, #d);
                #slope
                one = v::add(one, d);
                two = v::mul_add(v::sub(x, mean), d, two);
            }
        };
        on_sums(&inside, x, context)
    });
    let x_row = row("row", "x0", x, &quote!(p), rt);
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let (v, rows) = (vectors_of(context), int(h));
    let body = quote! {
        #v
        y.fill(0.0);
        for p in 0..#rows { #x_row #d_row #of_row }
    };
    function(context, &kernel.xs, &kernel.ys, &body)
}

/// What is done with `one` and `two`, the result's sums of vector `n` of channels. They are kept there
/// from row to row: a value is passed over once, as it lies in memory.
fn on_sums(inside: &TokenStream, view: View, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let padded = view.shape.channels().next_multiple_of(PANEL);
    let to = |row: usize| index(&[(&quote!(n), context.isa.lanes())], row * padded, 0);
    let (first, second) = (to(0), to(1));
    quote! {
        let mut one = v::load(#rt::at(y, #first));
        let mut two = v::load(#rt::at(y, #second));
        #inside
        v::store(#rt::at_mut(y, #first), one);
        v::store(#rt::at_mut(y, #second), two);
    }
}
