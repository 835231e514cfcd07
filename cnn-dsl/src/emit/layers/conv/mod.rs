//! Convolution over channels or over columns, in loops or written out.

mod channels;
mod columns;
mod winograd;

use super::window::Window;
use super::{Context, unroll};
use crate::plan::Isa;
use crate::plan::layers::conv::{Conv, Form};
use proc_macro2::TokenStream;

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

/// What a narrow vector belongs to, where one holds what whole vectors leave of so many pixels: no
/// pixel is computed twice, and a processor that computes wide vectors in two halves has half to do.
pub(super) fn narrow(isa: Isa, pixels: usize) -> Option<Isa> {
    let narrow = match isa {
        Isa::Avx512 => Isa::Avx2,
        Isa::Avx2 | Isa::Portable => return None,
    };
    let rest = pixels % isa.lanes();
    (pixels > rest && (1..=narrow.lanes()).contains(&rest)).then_some(narrow)
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

/// Where the first tap of the first pixel stands in its row, in columns.
pub(super) fn columns_before(conv: &Conv) -> usize {
    let left = usize::try_from(conv.op.pads.left).unwrap_or(0);
    conv.x.layout.left.saturating_sub(left)
}
