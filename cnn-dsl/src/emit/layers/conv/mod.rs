//! Convolution over channels or over columns, in loops or written out.

mod channels;
mod columns;
mod winograd;

use super::window::Window;
use super::{Context, unroll};
use crate::emit::print::{index, int};
use crate::plan::layers::View;
use crate::plan::layers::conv::{Conv, Form};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a convolution.
pub(super) fn emit(conv: &Conv, context: &Context<'_>) -> TokenStream {
    match (conv.form, conv.unroll) {
        (Form::Channels { lanes }, false) => channels::emit(conv, lanes, context),
        (Form::Columns { .. }, false) => columns::emit(conv, context),
        (Form::Winograd { tile, strip }, _) => winograd::emit(conv, tile, strip, context),
        (Form::Channels { lanes }, true) => unroll::conv_channels(conv, lanes, context),
        (Form::Columns { lanes }, true) => unroll::conv_columns(conv, lanes, context),
    }
}

/// The window of a convolution.
pub(super) fn window(conv: &Conv) -> Window {
    let op = &conv.op;
    Window::new(op.kernel, op.stride, op.dilation, op.pads, conv.x, conv.y)
}

/// Channels of a group of the operand and the result, panels of a group, taps of a filter.
pub(super) struct Sizes {
    pub c: usize,
    pub k: usize,
    pub panels: usize,
    pub taps: usize,
}

impl Sizes {
    pub fn new(x: usize, y: usize, groups: usize, [r, s]: [usize; 2], lanes: usize) -> Self {
        let (c, k) = (x / groups, y / groups);
        Self { c, k, panels: k.div_ceil(lanes), taps: r * s * c }
    }
}

/// `body` for so many panels of every group at a time: `group`, `n` and `panel` are bound.
pub(super) fn over_panels(
    groups: usize,
    sizes: &Sizes,
    at_a_time: usize,
    body: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let (whole, rest) = (sizes.panels / at_a_time, sizes.panels % at_a_time);
    let n = int(sizes.panels);
    let panel = if groups == 1 { quote!(n) } else { quote!(group * #n + n) };
    let mut code = TokenStream::new();
    if whole > 0 {
        let (inside, count) = (body(at_a_time), int(whole));
        let first = index(&[(&quote!(block), at_a_time)], 0, 0);
        code.extend(
            quote! { for block in 0..#count { let n = #first; let panel = #panel; #inside } },
        );
    }
    if rest > 0 {
        let (inside, first) = (body(rest), int(sizes.panels - rest));
        code.extend(quote! { { let n = #first; let panel = #panel; #inside } });
    }
    if groups == 1 {
        return code;
    }
    let g = int(groups);
    quote! { for group in 0..#g { #code } }
}

/// Where the first tap of the first pixel stands in its row, in columns.
pub(super) fn columns_before(conv: &Conv) -> usize {
    let left = usize::try_from(conv.op.pads.left).unwrap_or(0);
    conv.x.layout.left.saturating_sub(left)
}

/// The noughts beside the rows of a result that other convolutions over columns read.
pub(super) fn clear_sides(y: View, rt: &TokenStream) -> TokenStream {
    let layout = y.layout;
    if layout.left + layout.right == 0 {
        return TokenStream::new();
    }
    let stretch = int(layout.block(y.shape));
    let (left, right) = (int(layout.left * layout.lanes), int(layout.right * layout.lanes));
    quote! { #rt::clear_sides(y, #stretch, #left, #right); }
}
