//! `d_x` of an activation. Operands and result lie alike, so it goes over all their numbers in a row:
//! zeros beside the rows stay zeros.

use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{float, index, int};
use crate::ir::Activation;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the gradient, from the activation's result or operand, and `d_y`. Without an operand
/// `d_y` the result has it, and is overwritten.
pub(super) fn emit(
    activation: &Activation,
    kernel: &Gradient,
    context: &Context<'_>,
) -> TokenStream {
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let len = kernel.ys[0].layout.len(kernel.ys[0].shape);
    let (whole, rest) = (len / lanes, len % lanes);
    let slope = slope(activation, context);
    let (x, d_y) = match kernel.xs.len() {
        1 => (quote!(x), quote!(y)),
        _ => (quote!(x0), quote!(x1)),
    };
    let place = index(&[(&quote!(n), lanes)], 0, 0);
    let mut code = quote! {
        for n in 0..#whole {
            let (seen, d) = (v::load(#rt::at(#x, #place)), v::load(#rt::at(#d_y, #place)));
            #slope
            v::store(#rt::at_mut(y, #place), d);
        }
    };
    if rest > 0 {
        let (first, rest) = (int(len - rest), int(rest));
        code.extend(quote! {
            let seen = v::load_first(#rt::part(#x, #first, #rest));
            let d = v::load_first(#rt::part(#d_y, #first, #rest));
            #slope
            v::store_first(#rt::part_mut(y, #first, #rest), d);
        });
    }
    let v = vectors_of(context);
    function(context, &kernel.xs, &kernel.ys, &quote! { #v #code })
}

/// `let d = ...`: `d` times the slope at `seen`.
pub(super) fn slope(activation: &Activation, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let each = |slope: TokenStream| {
        quote! {
            let (seen, mut all) = (v::array(seen), v::array(d));
            for (d, x) in all.iter_mut().zip(seen) { *d *= #rt::slope::#slope; }
            let d = v::of(all);
        }
    };
    match activation {
        Activation::Relu => {
            quote! { let d = v::between(seen, v::splat(0.0), v::splat(f32::INFINITY), d); }
        }
        Activation::Relu6 => quote! { let d = v::between(seen, v::splat(0.0), v::splat(6.0), d); },
        Activation::Sigmoid => {
            quote! { let d = v::mul(d, v::mul(seen, v::sub(v::splat(1.0), seen))); }
        }
        Activation::Tanh => {
            quote! { let d = v::mul(d, v::sub(v::splat(1.0), v::mul(seen, seen))); }
        }
        Activation::LeakyRelu(slope) => {
            let slope = float(slope.0);
            each(quote!(leaky_relu(x, #slope)))
        }
        Activation::Elu(alpha) => {
            let alpha = float(alpha.0);
            each(quote!(elu(x, #alpha)))
        }
        Activation::Silu => each(quote!(silu(x))),
        Activation::Hardswish => each(quote!(hardswish(x))),
        Activation::Hardsigmoid => each(quote!(hardsigmoid(x))),
        Activation::Gelu => each(quote!(gelu(x))),
        Activation::GeluTanh => each(quote!(gelu_tanh(x))),
        Activation::Mish => each(quote!(mish(x))),
        Activation::Softplus => each(quote!(softplus(x))),
        // Its slopes are weights: it is a layer of its own.
        Activation::Prelu => TokenStream::new(),
    }
}
