//! Zeros around rows, columns or channels, or cropping.

use super::{Context, activate, function};
use crate::emit::print::{index, int};
use crate::ir::layers::pad::Pad as Op;
use crate::plan::layers::pad::Pad;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a pad.
pub(super) fn emit(pad: &Pad, context: &Context<'_>) -> TokenStream {
    let [in_h, in_w, in_c] = pad.x.shape.hwc();
    let [out_h, out_w, out_c] = pad.y.shape.hwc();
    let before = match &pad.op {
        Op::Image(pads) => [pads.top, pads.left, 0],
        Op::Channels(before, _) => [0, 0, *before],
    };
    // Along each axis: the first element that is copied, in the operand and in the result, and how
    // many are.
    let axis = |before: i64, input: usize, output: usize| {
        let to = usize::try_from(before).unwrap_or(0);
        let from = usize::try_from(-before).unwrap_or(0);
        let count = input.saturating_sub(from).min(output.saturating_sub(to));
        [from, to, count]
    };
    let [from_h, to_h, h] = axis(before[0], in_h, out_h);
    let [from_w, to_w, w] = axis(before[1], in_w, out_w);
    let [from_c, to_c, c] = axis(before[2], in_c, out_c);
    let [vh, vw] = [quote!(h), quote!(w)];
    let from =
        index(&[(&vh, in_w * in_c), (&vw, in_c)], (from_h * in_w + from_w) * in_c + from_c, 0);
    let to = index(&[(&vh, out_w * out_c), (&vw, out_c)], (to_h * out_w + to_w) * out_c + to_c, 0);
    let epilogue = activate(&quote!(y), &pad.epilogue, context.rt);
    let (h, w, c) = (int(h), int(w), int(c));
    let body = quote! {
        y.fill(0.0);
        for h in 0..#h { for w in 0..#w {
            let (to, from) = (#to, #from);
            y[to..to + #c].copy_from_slice(&x[from..from + #c]);
        } }
        #epilogue
    };
    function(context, &[pad.x], &[pad.y], &body)
}
