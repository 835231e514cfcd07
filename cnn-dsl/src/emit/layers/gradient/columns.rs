//! The gradients of a convolution with few filters, vectors over x: each tap's is the inner product
//! of `d_y` with the operand moved by the tap. Zeros behind the rows of `d_y` fill its last vector.

use super::row;
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int};
use crate::ir::layers::conv::Conv;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The text of the gradients. Filters and the taps of a row are written out.
pub(super) fn emit(op: &Conv, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let ([h, _, c], [p, q, _]) = (x.shape.hwc(), d_y.shape.hwc());
    let [r_count, s_count] = op.kernel;
    let top = usize::try_from(op.pads.top).unwrap_or(0);
    let left = usize::try_from(op.pads.left).unwrap_or(0);
    let a = |k: usize, s: usize| format_ident!("a{k}_{s}");
    let all: Vec<_> = (0..op.filters).flat_map(|k| (0..s_count).map(move |s| (k, s))).collect();
    let names: Vec<_> = all.iter().map(|&(k, s)| a(k, s)).collect();
    let loads = (0..op.filters).map(|k| {
        let d = format_ident!("d{k}");
        let before = k * d_y.layout.block(d_y.shape) + d_y.layout.left;
        let place = index(&[(&quote!(q), lanes)], before, 0);
        quote! { let #d = v::load(#rt::at(d_row, #place)); }
    });
    let steps = (0..s_count).map(|s| {
        let block = x.layout.block(x.shape);
        let terms = [(&quote!(c), block), (&quote!(q), lanes)];
        let place = index(&terms, x.layout.left + s * op.dilation[1], left);
        let steps = (0..op.filters).map(|k| {
            let (a, d) = (a(k, s), format_ident!("d{k}"));
            quote! { #a = v::mul_add(x, #d, #a); }
        });
        quote! { let x = v::load(#rt::at(row, #place)); #(#steps)* }
    });
    let sums = all.iter().map(|&(k, s)| {
        let terms = [(&quote!(r), s_count * c), (&quote!(c), 1)];
        let place = index(&terms, k * r_count * s_count * c + s * c, 0);
        let a = a(k, s);
        quote! { d_w[#place] += v::sum(#a); }
    });
    let height = index(&[(&quote!(p), 1), (&quote!(r), op.dilation[0])], 0, top);
    let x_row = row("row", "x0", x, &quote!((#height)), rt);
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let (tap, bias) = (index(&[(&quote!(r), op.dilation[0])], 0, 0), bias(op, kernel, context));
    let [p, h, top, r_count, channels, vectors] =
        [p, h, top, r_count, c, q.div_ceil(lanes)].map(int);
    let v = vectors_of(context);
    let body = quote! {
        #v
        for r in 0..#r_count {
            let rows = #rt::outputs_that_see([#p, #h, 1], #tap, #top);
            for c in 0..#channels {
                #(let mut #names = v::splat(0.0);)*
                for p in rows.clone() {
                    #x_row
                    #d_row
                    for q in 0..#vectors { #(#loads)* #(#steps)* }
                }
                #(#sums)*
            }
        }
        #bias
    };
    function(context, &kernel.xs, &[], &body)
}

/// The sums of `d_y` over the pixels.
fn bias(op: &Conv, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    if !op.bias {
        return TokenStream::new();
    }
    let d_y = kernel.xs[1];
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let [p, q, _] = d_y.shape.hwc();
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let names: Vec<_> = (0..op.filters).map(|k| format_ident!("a{k}")).collect();
    let adds = names.iter().enumerate().map(|(k, a)| {
        let before = k * d_y.layout.block(d_y.shape) + d_y.layout.left;
        let place = index(&[(&quote!(q), lanes)], before, 0);
        quote! { #a = v::add(#a, v::load(#rt::at(d_row, #place))); }
    });
    let indices = (0..op.filters).map(int);
    let (p, vectors) = (int(p), int(q.div_ceil(lanes)));
    quote! {
        #(let mut #names = v::splat(0.0);)*
        for p in 0..#p {
            #d_row
            for q in 0..#vectors { #(#adds)* }
        }
        #(d_b[#indices] += v::sum(#names);)*
    }
}
