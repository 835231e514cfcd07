//! `d_x` of an operand of one pixel that a product spreads over an image: for each channel the sum of
//! `d_y` times the other operands.

use super::{over_channels, row};
use crate::emit::layers::blocks::{clear_sides_of, load, place, place_in_first, store};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{int, name};
use crate::plan::layers::View;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The text of the sums. Operands of one pixel serve every pixel.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let (xs, y) = (&kernel.xs, kernel.ys[0]);
    let [h, w, c] = xs[0].shape.hwc();
    let spread = |x: &View| x.shape.hwc()[..2] != [h, w];
    let rows = xs.iter().enumerate().map(|(index, x)| {
        let p = if spread(x) { quote!(0) } else { quote!(p) };
        row(&format!("row{index}"), &format!("x{index}"), *x, &p, context.rt)
    });
    let rows: Vec<_> = rows.collect();
    let sums = over_channels(c, context, |count| {
        let mut factors = xs.iter().enumerate().map(|(index, x)| {
            let row = format_ident!("row{index}");
            let place = if spread(x) {
                place_in_first(*x, context)
            } else {
                place(*x, &quote!(q), 0, false, context)
            };
            load(*x, &quote!(#row), &place, count, context)
        });
        let (d_y, factors) = (factors.next(), factors);
        let product = factors.reduce(|product, factor| quote!(v::mul(#product, #factor)));
        let store = store(y, &place_in_first(y, context), &quote!(sum), count, context);
        let (h, w) = (int(h), int(w));
        quote! {
            let mut sum = v::splat(0.0);
            for p in 0..#h {
                #(#rows)*
                for q in 0..#w { sum = v::mul_add(#d_y, #product, sum); }
            }
            #store
        }
    });
    let (v, out) = (vectors_of(context), name("out"));
    let clear = clear_sides_of(&quote!(y), y, context.rt);
    let body = quote! { #v #clear let #out = &mut y[..]; #sums };
    function(context, xs, &kernel.ys, &body)
}
