//! Neighbouring pixels of one filter: for few filters.

use super::{clear_sides, columns_before, window};
use crate::emit::layers::{Context, activate, function};
use crate::emit::print::{index, int, typed};
use crate::plan::layers::conv::Conv;
use proc_macro2::TokenStream;
use quote::quote;

/// `lanes` neighbouring pixels of one filter; the operand's columns beside are zero and long enough
/// for whole vectors.
pub(super) fn emit(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let [p, q, k] = conv.y.shape.hwc();
    let [r, s] = conv.op.kernel;
    let c = conv.x.shape.channels();
    let (row, block) = (conv.x.layout.row(conv.x.shape), conv.x.layout.block(conv.x.shape));
    let rows = {
        let window = window(conv);
        window.rows()
    };
    let top = usize::try_from(conv.op.pads.top).unwrap_or(0);
    let first = columns_before(conv);
    let terms = [
        (&quote!(p), row),
        (&quote!(r), conv.op.dilation[0] * row),
        (&quote!(c), if c == 1 { 0 } else { block }),
        (&quote!(q), 1),
        (&quote!(s), conv.op.dilation[1]),
    ];
    let place = index(&terms, first, top * row);
    let along = usize::from(c > 1);
    let weight = index(
        &[(&quote!(k), r * s * c), (&quote!(r), s * c), (&quote!(s), c), (&quote!(c), along)],
        0,
        0,
    );
    let epilogue = activate(&quote!(a), &conv.epilogue, rt);
    let (l, tiles) = (int(lanes), int(q.div_ceil(lanes)));
    let (p, k, s, c) = (int(p), int(k), int(s), int(c));
    let step = quote! { #rt::mul_add_scalar(&mut a, w[#weight], #rt::at(x, #place)); };
    let step = if along == 0 {
        step
    } else {
        quote! { for c in 0..#c { #step } }
    };
    let store = store_columns(conv, lanes, rt);
    let clear = clear_sides(conv.y, rt);
    let body = quote! {
        #clear
        for p in 0..#p {
            for k in 0..#k {
                for tile in 0..#tiles {
                    let q = tile * #l;
                    let mut a = [b[k]; #l];
                    for r in #rows {
                        for s in 0..#s {
                            #step
                        }
                    }
                    #epilogue
                    #store
                }
            }
        }
    };
    function(context, &[conv.x], &[conv.y], &body)
}

fn store_columns(conv: &Conv, lanes: usize, rt: &TokenStream) -> TokenStream {
    let [_, q, _] = conv.y.shape.hwc();
    let layout = conv.y.layout;
    let (row, block) = (layout.row(conv.y.shape), layout.block(conv.y.shape));
    let (column, before) = (layout.column(), layout.left * layout.lanes);
    let l = int(lanes);
    let (width, most) = (int(q), typed(lanes));
    let count = if q % lanes == 0 { quote!(#l) } else { quote!(#most.min(#width - q)) };
    let along = if layout.lanes == 1 { (quote!(k), block) } else { (quote!(k), 1) };
    let terms = [(&quote!(p), row), (&along.0, along.1), (&quote!(q), column)];
    let place = index(&terms, before, 0);
    if layout.lanes == 1 {
        return quote! { #rt::put_first(y, #place, &a, #count); };
    }
    let step = int(column);
    quote! { #rt::put_apart(y, #place, #step, &a[..#count]); }
}
