//! Transposed convolution: every output pixel gathers the operand's pixels that reach it.

mod rows;

use super::conv::Sizes;
use super::{Context, activate, function};
use crate::emit::print::{index, int, typed};
use crate::plan::layers::deconv::Deconv;
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a transposed convolution.
pub(super) fn emit(deconv: &Deconv, context: &Context<'_>) -> TokenStream {
    if deconv.is_by_rows() { rows::emit(deconv, context) } else { pixels(deconv, context) }
}

/// Several groups, between dense values: a pixel and a panel at a time.
fn pixels(deconv: &Deconv, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let op = &deconv.op;
    let [h, w, c] = deconv.x.shape.hwc();
    let [p, q, k] = deconv.y.shape.hwc();
    let [r, s] = op.kernel;
    let sizes = Sizes::new(c, k, op.groups, op.kernel, deconv.lanes);
    let rows = sees("h", "p", "r", op.pads.top, [op.stride[0], op.dilation[0], h]);
    let columns = sees("v", "q", "s", op.pads.left, [op.stride[1], op.dilation[1], w]);
    let group = if op.groups == 1 { 0 } else { sizes.c };
    let x = index(&[(&quote!(h), w * c), (&quote!(v), c), (&quote!(group), group)], 0, 0);
    let taps = [(&quote!(panel), sizes.taps), (&quote!(r), s * sizes.c), (&quote!(s), sizes.c)];
    let filters = index(&taps, 0, 0);
    let epilogue = activate(&quote!(a), &deconv.epilogue, rt);
    let out_group = if op.groups == 1 { 0 } else { sizes.k };
    let place = index(
        &[
            (&quote!(p), q * k),
            (&quote!(q), k),
            (&quote!(group), out_group),
            (&quote!(n), deconv.lanes),
        ],
        0,
        0,
    );
    let (l, kg, run) = (int(deconv.lanes), int(sizes.k), int(sizes.c));
    let (p, q, most) = (typed(p), typed(q), typed(deconv.lanes));
    let (r, s) = (int(r), int(s));
    let pixel = quote! {
        let mut a = b[panel];
        for r in 0..#r {
            #rows
            for s in 0..#s {
                #columns
                let pixel = #rt::at::<f32, #run>(x, #x);
                let filters = #rt::at::<[f32; #l], #run>(w, #filters);
                for i in 0..#run { #rt::mul_add_scalar(&mut a, pixel[i], &filters[i]); }
            }
        }
        #epilogue
        #rt::put_first(y, #place, &a, #most.min(#kg - n * #l));
    };
    let panels = over_panels(op.groups, sizes.panels, &pixel);
    let body = quote! {
        let w = w.as_chunks::<#l>().0;
        let b = b.as_chunks::<#l>().0;
        for p in 0..#p { for q in 0..#q { #panels } }
    };
    function(context, &[deconv.x], &[deconv.y], &body)
}

/// `body` for every panel of every group: `n`, the panel in its group, and `panel`, the one among
/// all, are bound.
fn over_panels(groups: usize, panels: usize, body: &TokenStream) -> TokenStream {
    let n = int(panels);
    if groups == 1 {
        return quote! { for n in 0..#n { let panel = n; #body } };
    }
    let g = int(groups);
    quote! { for group in 0..#g { for n in 0..#n { let panel = group * #n + n; #body } } }
}

/// Binds the operand's row (or column) that an output sees through a tap, or goes on to the next tap.
fn sees(
    seen: &str,
    output: &str,
    tap: &str,
    cut: i64,
    [stride, dilation, size]: [usize; 3],
) -> TokenStream {
    let [seen, output, tap] = [seen, output, tap].map(crate::emit::print::name);
    let cut_off = usize::try_from(cut).unwrap_or(0);
    let added = usize::try_from(-cut).unwrap_or(0);
    let reach = index(&[(&quote!(#output), 1)], cut_off, 0);
    let back = index(&[(&quote!(#tap), dilation)], added, 0);
    let (stride, size) = (int(stride), int(size));
    quote! {
        let Some(distance) = usize::checked_sub(#reach, #back) else { continue };
        let #seen = distance / #stride;
        if distance % #stride != 0 || #seen >= #size { continue; }
    }
}
