//! `d_x` of a pool: that of a maximum goes to the first pixel of the window that has it, that of a
//! mean to all of them alike.

use super::{over_channels, row};
use crate::emit::layers::blocks::{channel_place, load, place};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int, typed};
use crate::ir::layers::pool::{Pool, PoolKind, PoolOver};
use crate::plan::layers::View;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of the gradient.
pub(super) fn emit(op: &Pool, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let (d_y, d_x) = (kernel.xs[0], kernel.ys[0]);
    let (rt, [h, w, c]) = (context.rt, d_x.shape.hwc());
    let [p, q, _] = d_y.shape.hwc();
    let windows = windows(op, [h, w], [p, q]);
    let of_max = op.kind == PoolKind::Max;
    let several = kernel.xs.len() > 1;
    let operand = if several { "x0" } else { "x" };
    let d_row = row("d_row", operand, d_y, &quote!(p), rt);
    let seen = |view: View, row: TokenStream, q: &TokenStream, count| {
        let place = place(view, q, 0, false, context);
        load(view, &row, &place, count, context)
    };
    let body = over_channels(c, context, |count| {
        let d = seen(d_y, quote!(d_row), &quote!(q), count);
        let to = to(d_x, context);
        let (add, larger) = if of_max {
            let x_row = row("row", "x1", kernel.xs[1], &quote!(h), rt);
            let y_row = row("y_row", "x2", kernel.xs[2], &quote!(p), rt);
            let x = seen(kernel.xs[1], quote!(row), &quote!(w), count);
            let y = seen(kernel.xs[2], quote!(y_row), &quote!(q), count);
            let add = quote! {
                #x_row
                let taken = v::where_equal(#x, larger, d);
                d = v::sub(d, taken);
            };
            (add, quote! { #y_row let larger = #y; })
        } else {
            (quote! { let taken = d; }, TokenStream::new())
        };
        let store = add_at(d_x, &to, count, context);
        let share = match (of_max, &op.over) {
            (true, _) => TokenStream::new(),
            (false, PoolOver::Window { include_pad: true, pads, kernel, .. }) => {
                let [h_padded, w_padded] =
                    [h as i64 + pads.top + pads.bottom, w as i64 + pads.left + pads.right]
                        .map(|size| typed(usize::try_from(size).unwrap_or(0)));
                let PoolOver::Window { stride, .. } = &op.over else { return TokenStream::new() };
                let ([r, s], [down, right]) = (kernel.map(int), stride.map(int));
                quote! {
                    let rows_in_all = (p * #down + #r).min(#h_padded) - p * #down;
                    let columns_in_all = (q * #right + #s).min(#w_padded) - q * #right;
                    d = v::mul(d, v::splat(1.0 / (rows_in_all * columns_in_all) as f32));
                }
            }
            (false, _) => quote! {
                d = v::mul(d, v::splat(1.0 / (rows.len() * columns.len()) as f32));
            },
        };
        let (p, q) = (typed(p), typed(q));
        quote! {
            for p in 0..#p {
                #d_row
                for q in 0..#q {
                    #windows
                    let mut d = #d;
                    #share
                    #larger
                    for h in rows.clone() {
                        for w in columns.clone() { #add #store }
                    }
                }
            }
        }
    });
    let v = vectors_of(context);
    function(context, &kernel.xs, &kernel.ys, &quote! { #v y.fill(0.0); #body })
}

/// `rows` and `columns` of the operand that the result's pixel `p`, `q` sees.
fn windows(op: &Pool, [h, w]: [usize; 2], [p, q]: [usize; 2]) -> TokenStream {
    let window = |at: TokenStream, kernel: usize, stride: usize, pad: i64, size: usize| {
        let pad = usize::try_from(pad).unwrap_or(0);
        let start = index(&[(&at, stride)], 0, 0);
        let (kernel, size, before) = (int(kernel), typed(size), int(pad));
        if pad == 0 {
            return quote!((#start)..(#start + #kernel).min(#size));
        }
        quote!((#start).saturating_sub(#before)..(#start + #kernel).saturating_sub(#before).min(#size))
    };
    let (rows, columns) = match &op.over {
        PoolOver::Window { kernel, stride, pads, .. } => (
            window(quote!(p), kernel[0], stride[0], pads.top, h),
            window(quote!(q), kernel[1], stride[1], pads.left, w),
        ),
        PoolOver::Global => {
            let (h, w) = (int(h), int(w));
            (quote!(0..#h), quote!(0..#w))
        }
        PoolOver::Regions(_) => {
            let region = |at: TokenStream, outputs: usize, size: usize| {
                let (outputs, size) = (typed(outputs), typed(size));
                quote!(#at * #size / #outputs..((#at + 1) * #size).div_ceil(#outputs))
            };
            (region(quote!(p), p, h), region(quote!(q), q, w))
        }
    };
    quote! { let (rows, columns) = (#rows, #columns); }
}

/// Where vector `n` of pixel `h`, `w` lies.
fn to(view: View, context: &Context<'_>) -> TokenStream {
    let column = view.layout.column();
    let pixel = [(&quote!(h), view.layout.row(view.shape)), (&quote!(w), column)];
    channel_place(view, &pixel, view.layout.left * column, false, context)
}

/// Adds `taken` to what lies there.
fn add_at(view: View, to: &TokenStream, count: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    if count == context.isa.lanes() || !view.layout.is_flat(view.shape) {
        return quote! {
            let sum = v::add(v::load(#rt::at(y, #to)), taken);
            v::store(#rt::at_mut(y, #to), sum);
        };
    }
    let count = int(count);
    quote! {
        let sum = v::add(v::load_first(#rt::part(y, #to, #count)), taken);
        v::store_first(#rt::part_mut(y, #to, #count), sum);
    }
}
