//! Kernels of the backward pass, over whole values of one sample; those of weights add to the
//! gradients of the sample's slot.

mod activation;
mod biases;
mod bn;
mod columns;
mod conv;
mod dense;
mod dropout;
mod dw;
mod gate;
mod lrn;
mod pool;
mod prelu;
mod resize;
mod spread;

use super::Context;
use crate::emit::print::{index, int, numbered};
use crate::ir::gradient::{Gradient as Op, Linear};
use crate::plan::layers::gradient::{Gradient, is_over_columns};
use crate::plan::layers::{PANEL, View};
use proc_macro2::TokenStream;
use quote::quote;

/// The text of a kernel of the backward pass; nothing for what is the runtime's.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    match &kernel.op {
        Op::Weights(Linear::Conv(op)) if is_over_columns(op, kernel.xs[0], kernel.xs[1]) => {
            columns::emit(op, kernel, context)
        }
        Op::Weights(Linear::Conv(op)) => conv::emit(op, kernel, context),
        Op::Weights(Linear::Dw(op)) => dw::emit(op, kernel, context),
        Op::Weights(Linear::Dense(_)) => dense::weights(kernel, context),
        Op::Dense(_) | Op::Turned(Linear::Dense(_)) => dense::emit(kernel, context),
        Op::Activation(function) => activation::emit(function, kernel, context),
        Op::Pool(op) => pool::emit(op, kernel, context),
        Op::Spread { stride, .. } => spread::emit(*stride, kernel, context),
        Op::Resize(op) => resize::emit(op, kernel, context),
        Op::Biases => biases::emit(kernel, context),
        Op::Moments(_) => bn::moments(kernel, context),
        Op::Normalise(_) => bn::normalise(kernel, context),
        Op::Sums(_, then) => bn::sums(kernel, then.as_ref(), context),
        Op::Centre(_, then) => bn::centre(kernel, then.as_ref(), context),
        Op::Prelu => prelu::emit(kernel, context),
        Op::Slopes => prelu::slopes(kernel, context),
        Op::Lrn(op) => lrn::emit(op, kernel, context),
        Op::Gate => gate::emit(kernel, context),
        Op::Dropout { op, layer } => dropout::emit(op, *layer, kernel, context),
        Op::Turned(Linear::Conv(_) | Linear::Dw(_))
        | Op::Reshape(_)
        | Op::Draw
        | Op::Loss { .. } => TokenStream::new(),
    }
}

/// `let row = ...` of a value: its row `h` as an array.
fn row(name: &str, value: &str, view: View, h: &TokenStream, rt: &TokenStream) -> TokenStream {
    let (name, value) = (numbered(name, 0, 1), numbered(value, 0, 1));
    let len = view.layout.row(view.shape);
    let place = index(&[(h, len)], 0, 0);
    let len = int(len);
    quote! { let #name = #rt::at::<f32, #len>(#value, #place); }
}

/// `body(lanes)` for every vector `n` of so many channels; the last one may have fewer lanes.
fn over_channels(
    channels: usize,
    context: &Context<'_>,
    body: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let lanes = context.isa.lanes();
    let (whole, rest) = (channels / lanes, channels % lanes);
    let mut code = TokenStream::new();
    if whole > 0 {
        let (inside, whole) = (body(lanes), int(whole));
        code.extend(quote! { for n in 0..#whole { #inside } });
    }
    if rest > 0 {
        let (inside, n) = (body(rest), int(whole));
        code.extend(quote! { { let n = #n; #inside } });
    }
    code
}

/// Where vector `n` of filters lies in panels of so many rows, in row `i`.
fn panel_row(rows: usize, i: &TokenStream, lanes: usize) -> TokenStream {
    if lanes == PANEL {
        return index(&[(&quote!(n), rows * PANEL), (i, PANEL)], 0, 0);
    }
    let width = int(PANEL / lanes);
    let terms = [(&quote!((n / #width)), rows * PANEL), (&quote!((n % #width)), lanes), (i, PANEL)];
    index(&terms, 0, 0)
}
