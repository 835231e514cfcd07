//! The gradients of a fully connected layer: the outer product of its operand and `d_y`.

use super::over_channels;
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::dense::lanes as lanes_of;
use crate::plan::layers::gradient::Gradient;
use crate::plan::layers::{PANEL, View};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the gradients, in the forward kernel's form: vectors over units or over inputs.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]].map(|view: View| view.shape.len());
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let over_units = lanes_of(d_y, x) == PANEL;
    let vector = index(&[(&quote!(n), lanes)], 0, 0);
    let of = |values: TokenStream, count: usize| {
        if count == lanes {
            quote!(v::load(#rt::at(#values, #vector)))
        } else {
            let count = int(count);
            quote!(v::load_first(#rt::part(#values, #vector, #count)))
        }
    };
    let add = |to: TokenStream, place: TokenStream, count: usize, a: TokenStream| {
        if count == lanes {
            quote! {
                let sum = v::add(v::load(#rt::at(#to, #place)), #a);
                v::store(#rt::at_mut(#to, #place), sum);
            }
        } else {
            let count = int(count);
            quote! {
                let sum = v::add(v::load_first(#rt::part(#to, #place, #count)), #a);
                v::store_first(#rt::part_mut(#to, #place, #count), sum);
            }
        }
    };
    let (inputs, units) = (int(x), int(d_y));
    let weights = if over_units {
        over_channels(d_y, context, |count| {
            let d = of(quote!(x1), count);
            let place = super::panel_row(x, &quote!(i), lanes);
            let step = add(quote!(d_w), place, lanes, quote!(v::mul(v::splat(x0[i]), d)));
            quote! {
                let d = #d;
                for i in 0..#inputs { #step }
            }
        })
    } else {
        let inside = over_channels(x, context, |count| {
            let x_n = of(quote!(x0), count);
            let place = index(&[(&quote!(unit), x), (&quote!(n), lanes)], 0, 0);
            let a = quote!(v::mul(#x_n, d));
            add(quote!(d_w), place, count, a)
        });
        quote! { for unit in 0..#units { let d = v::splat(x1[unit]); #inside } }
    };
    let bias = context.gradients.get(1).map(|_| {
        over_channels(d_y, context, |count| {
            add(quote!(d_b), vector.clone(), count, of(quote!(x1), count))
        })
    });
    let v = vectors_of(context);
    function(context, &kernel.xs, &[], &quote! { #v #weights #bias })
}
