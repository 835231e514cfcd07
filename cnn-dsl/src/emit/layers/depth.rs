//! Pixels to channels or back, as TensorFlow in NHWC.

use super::{Context, activate, function};
use crate::emit::print::{index, int};
use crate::plan::layers::depth::Depth;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of `depth_to_space` and `space_to_depth`: squares of `block` pixels of the wide image
/// are pixels of the deep one.
pub(super) fn emit(depth: &Depth, context: &Context<'_>) -> TokenStream {
    let block = depth.op.block;
    let (wide, deep) = if depth.op.to_space { (depth.y, depth.x) } else { (depth.x, depth.y) };
    let [h, w, _] = deep.shape.hwc();
    let c = wide.shape.channels();
    let row = w * block * c;
    let [vh, vw, dy, dx] = [quote!(h), quote!(w), quote!(dy), quote!(dx)];
    let in_wide = index(&[(&vh, block * row), (&dy, row), (&vw, block * c), (&dx, c)], 0, 0);
    let square = block * block * c;
    let in_deep = index(&[(&vh, w * square), (&vw, square), (&dy, block * c), (&dx, c)], 0, 0);
    let (to, from) = if depth.op.to_space { (&in_wide, &in_deep) } else { (&in_deep, &in_wide) };
    let epilogue = activate(&quote!(y), &depth.epilogue, context.rt);
    let (h, w, b, c) = (int(h), int(w), int(block), int(c));
    let body = quote! {
        for h in 0..#h { for w in 0..#w { for dy in 0..#b { for dx in 0..#b {
            let (to, from) = (#to, #from);
            y[to..to + #c].copy_from_slice(&x[from..from + #c]);
        } } } }
        #epilogue
    };
    function(context, &[depth.x], &[depth.y], &body)
}
