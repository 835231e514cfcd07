//! The gradients of `prelu`. At 0 its slope is the learnt one, as PyTorch has it.

use super::{over_channels, row};
use crate::emit::layers::blocks::{Elementwise, load, place};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// `d_y`, times the slope where `x` is not positive.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let first = index(&[(&quote!(n), lanes)], 0, 0);
    let before = TokenStream::new();
    let elementwise = Elementwise { xs: &kernel.xs, y: kernel.ys[0], epilogue: &[], before };
    elementwise.emit(context, |xs, count| {
        let (x, d) = (&xs[0], &xs[1]);
        let count = int(count);
        quote! {
            let d = #d;
            let slopes = v::load_first(#rt::part(w, #first, #count));
            let positive = v::between(#x, v::splat(0.0), v::splat(f32::INFINITY), d);
            let a = v::mul_add(v::sub(d, positive), slopes, positive);
        }
    })
}

/// For each channel the sum of `d_y` times `x` where it is negative, added to the slope's gradient.
pub(super) fn slopes(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let (rt, [h, w, c], lanes) = (context.rt, x.shape.hwc(), context.isa.lanes());
    let x_row = row("row", "x0", x, &quote!(p), rt);
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let to = index(&[(&quote!(n), lanes)], 0, 0);
    let sums = over_channels(c, context, |count| {
        let q = quote!(q);
        let x = load(x, &quote!(row), &place(x, &q, 0, false, context), count, context);
        let d = load(d_y, &quote!(d_row), &place(d_y, &q, 0, false, context), count, context);
        let [h, w, count] = [h, w, count].map(int);
        quote! {
            let mut sum = v::load_first(#rt::part(d_w, #to, #count));
            for p in 0..#h {
                #x_row
                #d_row
                for q in 0..#w { sum = v::mul_add(v::at_most(#x, v::splat(0.0)), #d, sum); }
            }
            v::store_first(#rt::part_mut(d_w, #to, #count), sum);
        }
    });
    let v = vectors_of(context);
    function(context, &kernel.xs, &[], &quote! { #v #sums })
}
