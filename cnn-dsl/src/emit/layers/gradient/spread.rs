//! The pixels of an image so far apart, zeros between them.

use super::{over_channels, row};
use crate::emit::layers::blocks::{channel_place, load, place, store};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::int;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the copy.
pub(super) fn emit(stride: [usize; 2], kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, y] = [kernel.xs[0], kernel.ys[0]];
    let [p, q, c] = x.shape.hwc();
    let x_row = row("row", "x", x, &quote!(p), context.rt);
    let copies = over_channels(c, context, |count| {
        let from = place(x, &quote!(q), 0, false, context);
        let to = [
            (&quote!(p), stride[0] * y.layout.row(y.shape)),
            (&quote!(q), stride[1] * y.layout.column()),
        ];
        let to = channel_place(y, &to, y.layout.left * y.layout.column(), false, context);
        let load = load(x, &quote!(row), &from, count, context);
        let store = store(y, &to, &load, count, context);
        let q = int(q);
        quote! { for q in 0..#q { #store } }
    });
    let (v, p) = (vectors_of(context), int(p));
    let body = quote! {
        #v
        y.fill(0.0);
        let out = &mut y[..];
        for p in 0..#p { #x_row #copies }
    };
    function(context, &kernel.xs, &kernel.ys, &body)
}
