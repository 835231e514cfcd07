//! Random zeroes, by the runtime's numbers: each element's depends on the element, not on who
//! computes it, nor on how many together.

use super::{over_channels, row};
use crate::emit::layers::blocks::{channel_place, clear_sides_of, load, place, store};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{float, index, int, long};
use crate::ir::layers::dropout::Dropout;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the product with zeroes and the scale.
pub(super) fn emit(
    op: &Dropout,
    layer: usize,
    kernel: &Gradient,
    context: &Context<'_>,
) -> TokenStream {
    let [x, y] = [kernel.xs[0], kernel.ys[0]];
    let (rt, [h, w, c], lanes) = (context.rt, x.shape.hwc(), context.isa.lanes());
    let (zeroes, scale) = (long(u64::from(op.zeroes())), float(op.scale()));
    let (layer, v) = (long(layer as u64), vectors_of(context));
    let of_value = match op {
        Dropout::Path(_) => quote! { let factors = v::splat(mask.factor(0)); },
        Dropout::Elements(_) | Dropout::Identity => TokenStream::new(),
    };
    let x_row = row("row", "x0", x, &quote!(p), rt);
    let copies = over_channels(c, context, |count| {
        let of_elements = match op {
            Dropout::Elements(_) => {
                let pixel =
                    index(&[(&quote!(p), w * c), (&quote!(q), c), (&quote!(n), lanes)], 0, 0);
                quote! { let factors = v::of(mask.factors(#pixel)); }
            }
            Dropout::Path(_) | Dropout::Identity => TokenStream::new(),
        };
        let from = load(x, &quote!(row), &place(x, &quote!(q), 0, false, context), count, context);
        let pixel = [(&quote!(p), y.layout.row(y.shape)), (&quote!(q), y.layout.column())];
        let to = channel_place(y, &pixel, y.layout.left * y.layout.column(), false, context);
        let store = store(y, &to, &quote!(v::mul(#from, factors)), count, context);
        let w = int(w);
        quote! { for q in 0..#w { #of_elements #store } }
    });
    let (clear, h) = (clear_sides_of(&quote!(y), y, rt), int(h));
    let body = quote! {
        #v
        let mask = #rt::random::Mask::new(x1, #layer, #zeroes, #scale);
        #of_value
        #clear
        let out = &mut y[..];
        for p in 0..#h { #x_row #copies }
    };
    function(context, &kernel.xs, &kernel.ys, &body)
}
