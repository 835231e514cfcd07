//! `unroll full`: a layer written out to its last operation, in functions of at most
//! [`STATEMENTS`] vector statements, in the same order as its loops and so with the same bits.

use super::blocks::clear_sides_of;
use super::conv::{self, Sizes};
use super::window::Window;
use super::{Context, LANES, Parameters, activate};
use crate::emit::print::int;
use crate::ir::Activation;
use crate::plan::layers::conv::Conv;
use crate::plan::layers::dense::Dense;
use crate::plan::layers::dw::Dw;
use crate::plan::layers::{PANEL, View};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Vector statements of one function: rustc's time grows faster than a function's length, and the
/// knee lies at about a thousand.
const STATEMENTS: usize = 500;

/// One accumulator: how it begins, what is added to it, how it is stored.
struct Sum {
    /// Elements.
    lanes: usize,
    /// Its first value.
    first: TokenStream,
    /// What is added: statements on `a`, a `&mut [f32; lanes]`.
    steps: Vec<TokenStream>,
    /// What becomes of it.
    last: TokenStream,
}

/// The functions of a layer's sums: short sums share one, a long sum has several. `prelude` binds
/// what the statements need.
fn functions(
    context: &Context<'_>,
    x: View,
    y: View,
    prelude: &TokenStream,
    before: &TokenStream,
    sums: impl IntoIterator<Item = Sum>,
) -> TokenStream {
    let parameters = Parameters::new(context, &[x], &[y]);
    let names = &parameters.names;
    let mut code = TokenStream::new();
    let mut parts: Vec<Ident> = Vec::new();
    let (mut body, mut statements) = (TokenStream::new(), 0);
    let mut close = |body: &mut TokenStream, statements: &mut usize| {
        if *statements > 0 {
            let part = format_ident!("{}_part_{}", context.name, parts.len() + 1);
            let inside = std::mem::take(body);
            code.extend(parameters.function(&part, &quote! { #prelude #inside }));
            parts.push(part);
            *statements = 0;
        }
    };
    let mut pieces = TokenStream::new();
    let mut piece_count = 0usize;
    for Sum { lanes, first, steps, last } in sums {
        if statements + steps.len() > STATEMENTS {
            close(&mut body, &mut statements);
        }
        statements += steps.len().min(STATEMENTS) + 2;
        if steps.len() <= STATEMENTS {
            body.extend(quote! { { let a = &mut #first; #(#steps)* #last } });
            continue;
        }
        let calls = steps.chunks(STATEMENTS).map(|steps| {
            piece_count += 1;
            let piece = format_ident!("{}_sum_{}", context.name, piece_count);
            pieces.extend(parameters.sum(&piece, lanes, &quote! { #prelude #(#steps)* }));
            let reads = &names[..names.len() - 1];
            quote! { #piece(#(#reads,)* a); }
        });
        let calls: Vec<_> = calls.collect();
        body.extend(quote! { { let a = &mut #first; #(#calls)* #last } });
    }
    close(&mut body, &mut statements);
    let calls = parts.iter().map(|part| quote! { #part(#(#names),*); });
    let whole = parameters.function(&context.name, &quote! { #before #(#calls)* });
    quote! { #code #pieces #whole }
}

/// A convolution over channels: one accumulator a pixel and panel.
pub(super) fn conv_channels(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let window = conv::window(conv);
    let groups = conv.op.groups;
    let sizes = Sizes::new(window.input[2], window.output[2], groups, conv.op.kernel, lanes);
    let rt = context.rt;
    let [height, width, k] = window.output;
    let mut sums = Vec::new();
    for (group, n) in (0..groups).flat_map(|g| (0..sizes.panels).map(move |n| (g, n))) {
        let panel = group * sizes.panels + n;
        for (p, q) in (0..height).flat_map(|p| (0..width).map(move |q| (p, q))) {
            let steps = taps(&window, [p, q]).flat_map(|[r, s]| {
                let x = window.place_of([p, q], [r, s]) + group * sizes.c;
                let w = panel * sizes.taps + (r * conv.op.kernel[1] + s) * sizes.c;
                (0..sizes.c).map(move |c| {
                    let (x, w) = (int(x + c), int(w + c));
                    quote! { #rt::step_scalar(a, x[#x], &filters[#w]); }
                })
            });
            let place = (p * width + q) * k + group * sizes.k + n * lanes;
            let b = int(panel);
            sums.push(Sum {
                lanes,
                first: quote!({ biases[#b] }),
                steps: steps.collect(),
                last: stored(&conv.epilogue, place, lanes.min(sizes.k - n * lanes), lanes, rt),
            });
        }
    }
    let l = int(lanes);
    let prelude =
        quote! { let filters = w.as_chunks::<#l>().0; let biases = b.as_chunks::<#l>().0; };
    functions(context, conv.x, conv.y, &prelude, &TokenStream::new(), sums)
}

/// A convolution over columns: one accumulator for `lanes` pixels of a filter.
pub(super) fn conv_columns(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let window = conv::window(conv);
    let [height, width, filters] = conv.y.shape.hwc();
    let [r_count, s_count] = conv.op.kernel;
    let channels = conv.x.shape.channels();
    let (x, y) = (conv.x, conv.y);
    let (row, block) = (x.layout.row(x.shape), x.layout.block(x.shape));
    let top = usize::try_from(conv.op.pads.top).unwrap_or(0);
    let l = int(lanes);
    let mut sums = Vec::new();
    for (p, k) in (0..height).flat_map(|p| (0..filters).map(move |k| (p, k))) {
        // The last vector ends with the row, as in the loops.
        let firsts = (0..width).step_by(lanes).map(|q| q.min(width.saturating_sub(lanes)));
        for q in firsts {
            let mut steps = Vec::new();
            for r in window.rows_of(p) {
                let h = p * conv.op.stride[0] + r * conv.op.dilation[0] - top;
                for (s, c) in (0..s_count).flat_map(|s| (0..channels).map(move |c| (s, c))) {
                    let column = conv::columns_before(conv) + q + s * conv.op.dilation[1];
                    let place = int(h * row + c * block + column);
                    let weight = int(((k * r_count + r) * s_count + s) * channels + c);
                    steps.push(quote! { #rt::step_scalar(a, w[#weight], #rt::at(x, #place)); });
                }
            }
            let b = int(k);
            let count = lanes.min(width - q);
            let place = y.layout.index(y.shape, [p, q, k]);
            let last = if y.layout.lanes == 1 {
                stored(&conv.epilogue, place, count, lanes, rt)
            } else {
                let epilogue = activate(&quote!(a), &conv.epilogue, rt);
                let (place, step, count) = (int(place), int(y.layout.column()), int(count));
                quote! { #epilogue #rt::put_apart(y, #place, #step, &a[..#count]); }
            };
            sums.push(Sum { lanes, first: quote!([b[#b]; #l]), steps, last });
        }
    }
    let before = clear_sides_of(&quote!(y), y, rt);
    functions(context, x, y, &TokenStream::new(), &before, sums)
}

/// A fully connected layer over units: one accumulator a panel.
pub(super) fn dense_units(dense: &Dense, lanes: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let (inputs, units) = (dense.x.shape.len(), dense.op.units);
    let sums = (0..units.div_ceil(lanes)).map(|panel| {
        let steps = (0..inputs).map(|i| {
            let (x, w) = (int(i), int(panel * inputs + i));
            quote! { #rt::step_scalar(a, x[#x], &filters[#w]); }
        });
        let b = int(panel);
        let count = lanes.min(units - panel * lanes);
        Sum {
            lanes,
            first: quote!({ biases[#b] }),
            steps: steps.collect(),
            last: stored(&dense.epilogue, panel * lanes, count, lanes, rt),
        }
    });
    let l = int(lanes);
    let prelude =
        quote! { let filters = w.as_chunks::<#l>().0; let biases = b.as_chunks::<#l>().0; };
    functions(context, dense.x, dense.y, &prelude, &TokenStream::new(), sums)
}

/// A fully connected layer over inputs: so many vectors of partial sums a unit.
pub(super) fn dense_inputs(dense: &Dense, sums: usize, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let (inputs, lanes) = (dense.x.shape.len(), sums * PANEL);
    let (l, rest) = (int(lanes), int(inputs % lanes));
    let units = (0..dense.op.units).map(|unit| {
        let steps = (0..inputs).step_by(lanes).map(|i| {
            let (x, w) = (int(i), int(unit * inputs + i));
            let whole = i + lanes <= inputs;
            let a = if whole { quote!(a) } else { quote!(#rt::at_mut::<#rest>(a, 0)) };
            quote! { #rt::step(#a, #rt::at(x, #x), #rt::at(w, #w)); }
        });
        let (b, last) = (int(unit), stored(&dense.epilogue, unit, 1, 1, rt));
        Sum {
            lanes,
            first: quote!([0.0; #l]),
            steps: steps.collect(),
            last: quote! { let a = &mut [#rt::sum(a) + b[#b]]; #last },
        }
    });
    functions(context, dense.x, dense.y, &TokenStream::new(), &TokenStream::new(), units)
}

/// A depthwise convolution: one accumulator for a pixel's neighbouring channels.
pub(super) fn dw(dw: &Dw, window: &Window, context: &Context<'_>) -> TokenStream {
    let rt = context.rt;
    let [height, width, k] = window.output;
    let multiplier = dw.op.multiplier;
    let mut sums = Vec::new();
    for (p, q) in (0..height).flat_map(|p| (0..width).map(move |q| (p, q))) {
        let step = if multiplier == 1 { LANES } else { multiplier };
        for first in (0..k).step_by(step) {
            let lanes = step.min(k - first);
            let l = int(lanes);
            let steps = taps(window, [p, q]).map(|[r, s]| {
                let x = window.place_of([p, q], [r, s]) + first / multiplier;
                let (x, w) = (int(x), int((r * dw.op.kernel[1] + s) * dw.padded() + first));
                if multiplier == 1 {
                    quote! { #rt::step(a, #rt::at(x, #x), #rt::at(w, #w)); }
                } else {
                    quote! { #rt::step_scalar(a, x[#x], #rt::at(w, #w)); }
                }
            });
            let b = int(first);
            sums.push(Sum {
                lanes,
                first: quote!({ *#rt::at::<f32, #l>(b, #b) }),
                steps: steps.collect(),
                last: stored(&dw.epilogue, (p * width + q) * k + first, lanes, lanes, rt),
            });
        }
    }
    functions(context, dw.x, dw.y, &TokenStream::new(), &TokenStream::new(), sums)
}

/// The taps of an output pixel that lie inside the image, in the order r, s.
fn taps(window: &Window, [p, q]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    let columns = window.columns_of(q);
    window.rows_of(p).flat_map(move |r| columns.clone().map(move |s| [r, s]))
}

/// The epilogue of an accumulator and its store, of the first `count` elements.
fn stored(
    epilogue: &[Activation],
    place: usize,
    count: usize,
    lanes: usize,
    rt: &TokenStream,
) -> TokenStream {
    let epilogue = activate(&quote!(a), epilogue, rt);
    let place = int(place);
    if count == lanes {
        return quote! { #epilogue #rt::put(y, #place, *a); };
    }
    let count = int(count);
    quote! { #epilogue #rt::put_first(y, #place, a, #count); }
}
