//! The gradients of a depthwise convolution: for each vector of channels and each tap the sum of the
//! products of `d_y` and the pixel that the tap sees.

use super::{conv, over_channels, row};
use crate::emit::layers::blocks::{channel_place, load};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int};
use crate::ir::layers::dw::Dw;
use crate::plan::layers::gradient::Gradient;
use crate::plan::layers::{PANEL, View};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The text of the gradients. Rows are passed over once, as they lie in memory; the taps of a row are
/// written out.
pub(super) fn emit(op: &Dw, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let rt = context.rt;
    let ([h, w, c], [p, q, _]) = (x.shape.hwc(), d_y.shape.hwc());
    let [r_count, s_count] = op.kernel;
    let [top, left] = [op.pads.top, op.pads.left].map(|pad| usize::try_from(pad).unwrap_or(0));
    let lanes = context.isa.lanes();
    let padded = c.next_multiple_of(PANEL);
    let height = index(&[(&quote!(p), op.stride[0]), (&quote!(r), op.dilation[0])], 0, top);
    let x_row = row("row", "x0", x, &quote!((#height)), rt);
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let reach = (q - 1) * op.stride[1] + (s_count - 1) * op.dilation[1];
    let covered = x.layout.left >= left && reach < w + left + x.layout.right;
    let taps = over_channels(c, context, |count| {
        let names: Vec<_> = (0..s_count).map(|s| format_ident!("a{s}")).collect();
        let places: Vec<_> = (0..s_count)
            .map(|s| {
                let terms = [(&quote!(r), s_count * padded), (&quote!(n), lanes)];
                index(&terms, s * padded, 0)
            })
            .collect();
        let d = load(d_y, &quote!(d_row), &pixel(d_y, 1, 0, 0, context), count, context);
        let steps = names.iter().enumerate().map(|(s, a)| {
            let place = pixel(x, op.stride[1], s * op.dilation[1], left, context);
            let x = load(x, &quote!(row), &place, count, context);
            if covered {
                return quote! { #a = v::mul_add(#x, d, #a); };
            }
            let [q, w, stride, tap, left] = [q, w, op.stride[1], s * op.dilation[1], left].map(int);
            quote! {
                if #rt::outputs_that_see([#q, #w, #stride], #tap, #left).contains(&q) {
                    #a = v::mul_add(#x, d, #a);
                }
            }
        });
        let columns = int(q);
        quote! {
            #(let mut #names = v::load(#rt::at(d_w, #places));)*
            for q in 0..#columns {
                let d = #d;
                #(#steps)*
            }
            #(v::store(#rt::at_mut(d_w, #places), #names);)*
        }
    });
    let tap = index(&[(&quote!(r), op.dilation[0])], 0, 0);
    let [p, h, stride, top, r_count] = [p, h, op.stride[0], top, r_count].map(int);
    let v = vectors_of(context);
    let bias = if op.bias { conv::bias(1, d_y, context) } else { TokenStream::new() };
    let body = quote! {
        #v
        for p in 0..#p {
            #d_row
            for r in 0..#r_count {
                if #rt::outputs_that_see([#p, #h, #stride], #tap, #top).contains(&p) {
                    #x_row
                    #taps
                }
            }
        }
        #bias
    };
    function(context, &kernel.xs, &[], &body)
}

/// Where vector `n` of channels lies in a row of the value, at the pixel that column `q` sees.
fn pixel(view: View, stride: usize, tap: usize, left: usize, context: &Context<'_>) -> TokenStream {
    let column = view.layout.column();
    let pixel = (&quote!(q), stride * column);
    let pixel = index(&[pixel], (view.layout.left + tap) * column, left * column);
    channel_place(view, &[(&pixel, 1)], 0, false, context)
}
