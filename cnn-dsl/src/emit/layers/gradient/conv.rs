//! The gradients of a convolution's kernel and biases, vectors over filters: for each tap a tile of
//! channels times vectors of filters, summed over the pixels that see the tap. No im2col.

use super::row;
use crate::emit::layers::blocks::{accumulators, channel_place, load};
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int, name, typed};
use crate::ir::layers::conv::Conv;
use crate::plan::Isa;
use crate::plan::layers::gradient::Gradient;
use crate::plan::layers::{PANEL, View};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// So many pixels lie in a first-level cache of 32 KB: two vectors of `d_y` and the block of channels
/// that a tile is of. What a pass reads and writes of the kernel's gradient is little beside them.
const NEAR: usize = 128;

/// A kernel in the making.
struct Weights<'a> {
    op: &'a Conv,
    x: View,
    d_y: View,
    context: &'a Context<'a>,
}

/// The text of the gradients.
pub(super) fn emit(op: &Conv, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [x, d_y] = [kernel.xs[0], kernel.xs[1]];
    let weights = Weights { op, x, d_y, context };
    let rows = weights.rows_at_a_time();
    let [p, _, _] = d_y.shape.hwc();
    let (v, sums) = (vectors_of(context), weights.panels());
    let bias = if op.bias { bias(op.groups, d_y, context) } else { TokenStream::new() };
    let (all, at_a_time) = (typed(p), int(rows));
    let body = quote! {
        #v
        for first in (0..#all).step_by(#at_a_time) {
            let last = (first + #at_a_time).min(#all);
            #sums
        }
        #bias
    };
    function(context, &kernel.xs, &[], &body)
}

/// Channels of a tile; they divide a block.
fn channels_at_a_time(isa: Isa) -> usize {
    match isa {
        Isa::Portable => 2,
        Isa::Avx2 => 4,
        Isa::Avx512 => 8,
    }
}

/// Vectors of filters of a tile.
fn vectors_at_a_time(isa: Isa) -> usize {
    match isa {
        Isa::Portable => 1,
        Isa::Avx2 | Isa::Avx512 => 2,
    }
}

impl Weights<'_> {
    /// Rows of the result whose pixels, and those that they see, lie near while every tap, channel
    /// and filter passes over them.
    fn rows_at_a_time(&self) -> usize {
        let [all, columns, _] = self.d_y.shape.hwc();
        // As many in each pass, or one less: a pass reads and writes the gradient of the kernel.
        all.div_ceil(all.div_ceil((NEAR / columns).clamp(1, all)))
    }

    /// Every vector of filters, some at a time.
    fn panels(&self) -> TokenStream {
        let isa = self.context.isa;
        let filters = self.op.filters / self.op.groups;
        let (lanes, most) = (isa.lanes(), vectors_at_a_time(isa));
        let (whole, rest) = (filters / lanes, filters % lanes);
        let groups = int(self.op.groups);
        let mut code = TokenStream::new();
        if whole / most > 0 {
            let (inside, times, most) =
                (self.taps(&vec![lanes; most]), int(whole / most), int(most));
            code.extend(quote! { for n in 0..#times { let n = n * #most; #inside } });
        }
        if !whole.is_multiple_of(most) {
            let (inside, n) = (self.taps(&vec![lanes; whole % most]), int(whole / most * most));
            code.extend(quote! { { let n = #n; #inside } });
        }
        if rest > 0 {
            let (inside, n) = (self.taps(&[rest]), int(whole));
            code.extend(quote! { { let n = #n; #inside } });
        }
        if self.op.groups == 1 {
            return code;
        }
        quote! { for group in 0..#groups { #code } }
    }

    /// Every tap and channel, for vectors of so many lanes from vector `n` on.
    fn taps(&self, vectors: &[usize]) -> TokenStream {
        let Self { op, x, d_y, context } = self;
        let rt = context.rt;
        let ([r, s], [h, w, c]) = (op.kernel.map(int), x.shape.hwc());
        let [p, q, _] = d_y.shape.hwc();
        let at = |axis: &str, dilation: usize| {
            let axis = name(axis);
            index(&[(&quote!(#axis), dilation)], 0, 0)
        };
        let range = |[outputs, size, stride]: [usize; 3], tap: TokenStream, pad: i64| {
            let [outputs, size, stride, pad] =
                [outputs, size, stride, usize::try_from(pad).unwrap_or(0)].map(int);
            quote!(#rt::outputs_that_see([#outputs, #size, #stride], #tap, #pad))
        };
        let rows = range([p, h, op.stride[0]], at("r", op.dilation[0]), op.pads.top);
        let columns = range([q, w, op.stride[1]], at("s", op.dilation[1]), op.pads.left);
        let channels = c / op.groups;
        let most = channels_at_a_time(context.isa).min(channels);
        let (whole, rest) = (channels / most, channels % most);
        let mut tiles = TokenStream::new();
        if whole > 0 {
            let (tile, whole, most) = (self.tile(vectors, most), int(whole), int(most));
            tiles.extend(quote! { for c in 0..#whole { let c = c * #most; #tile } });
        }
        if rest > 0 {
            let (tile, c) = (self.tile(vectors, rest), int(channels - rest));
            tiles.extend(quote! { { let c = #c; #tile } });
        }
        quote! {
            for r in 0..#r {
                let rows = #rows;
                let rows = rows.start.max(first)..rows.end.min(last);
                for s in 0..#s {
                    let columns = #columns;
                    #tiles
                }
            }
        }
    }

    /// `count` channels from `c` on times the vectors, at tap `r`, `s`.
    fn tile(&self, vectors: &[usize], count: usize) -> TokenStream {
        let Self { op, x, d_y, context } = self;
        let (rt, lanes) = (context.rt, context.isa.lanes());
        let channels = x.shape.channels() / op.groups;
        let [r_count, s_count] = op.kernel;
        let taps = r_count * s_count * channels;
        let name = |i: usize, j: usize| format_ident!("a{i}_{j}");
        let each = || (0..count).flat_map(|i| (0..vectors.len()).map(move |j| (i, j)));
        let place = |i: usize, j: usize| {
            let vector = self.vector(j);
            let panel = PANEL / lanes;
            let (of, within) = split(&vector, panel);
            let group = (op.filters / op.groups).div_ceil(PANEL) * taps * PANEL;
            let terms = [
                (&quote!(group), if op.groups == 1 { 0 } else { group }),
                (&of, taps * PANEL),
                (&within, if panel == 1 { 0 } else { lanes }),
                (&quote!(r), s_count * channels * PANEL),
                (&quote!(s), channels * PANEL),
                (&quote!(c), PANEL),
            ];
            index(&terms, i * PANEL, 0)
        };
        let begin = each().map(|(i, j)| {
            let (a, place) = (name(i, j), place(i, j));
            quote! { let mut #a = v::load(#rt::at(d_w, #place)); }
        });
        let end = each().map(|(i, j)| {
            let (a, place) = (name(i, j), place(i, j));
            quote! { v::store(#rt::at_mut(d_w, #place), #a); }
        });
        let loads = vectors.iter().enumerate().map(|(j, &lanes)| {
            let d = format_ident!("d{j}");
            let vector = self.vector(j);
            let place = filters_place(*d_y, op.groups, 0, context);
            let load = load(*d_y, &quote!(d_row), &place, lanes, context);
            quote! { let #d = { let n = #vector; #load }; }
        });
        let steps = (0..count).map(|i| {
            let i_int = int(i);
            let steps = (0..vectors.len()).map(|j| {
                let (a, d) = (name(i, j), format_ident!("d{j}"));
                quote! { #a = v::mul_add(pixel, #d, #a); }
            });
            quote! { let pixel = v::splat(x[#i_int]); #(#steps)* }
        });
        let top = usize::try_from(op.pads.top).unwrap_or(0);
        let height = index(&[(&quote!(p), op.stride[0]), (&quote!(r), op.dilation[0])], 0, top);
        let x_row = row("row", "x0", *x, &quote!((#height)), rt);
        let d_row = row("d_row", "x1", *d_y, &quote!(p), rt);
        let (pixel, run) = (self.pixel(), int(count));
        quote! {
            #(#begin)*
            for p in rows.clone() {
                #x_row
                #d_row
                for q in columns.clone() {
                    #(#loads)*
                    let x = #rt::at::<f32, #run>(row, #pixel);
                    #(#steps)*
                }
            }
            #(#end)*
        }
    }

    /// Vector `n + j`.
    fn vector(&self, j: usize) -> TokenStream {
        let vector = index(&[(&quote!(n), 1)], j, 0);
        quote!((#vector))
    }

    /// Where channel `c` lies in a row of `x`, at the pixel that column `q` sees at tap `s`.
    fn pixel(&self) -> TokenStream {
        let Self { op, x, .. } = self;
        let layout = x.layout;
        let column = layout.column();
        let left = usize::try_from(op.pads.left).unwrap_or(0);
        let channels = x.shape.channels() / op.groups;
        let (q, s) = (op.stride[1] * column, op.dilation[1] * column);
        let (plus, minus) = (layout.left * column, left * column);
        let group = |size| (quote!(group), if op.groups == 1 { 0 } else { size });
        if layout.is_flat(x.shape) {
            let (of, size) = group(channels);
            let terms = [(&quote!(q), q), (&quote!(s), s), (&of, size), (&quote!(c), 1)];
            return index(&terms, plus, minus);
        }
        let block = layout.block(x.shape);
        let (of, size) = group(channels / PANEL * block);
        let (panel, within) = split(&quote!(c), PANEL);
        let terms = [(&quote!(q), q), (&quote!(s), s), (&of, size), (&panel, block), (&within, 1)];
        index(&terms, plus, minus)
    }
}

/// `n` divided by `by`, and the rest.
fn split(n: &TokenStream, by: usize) -> (TokenStream, TokenStream) {
    if by == 1 {
        return (n.clone(), quote!(0));
    }
    let by = int(by);
    (quote!((#n / #by)), quote!((#n % #by)))
}

/// Where vector `n` of a group's filters lies in a row of `d_y`, at column `q` + `more`.
fn filters_place(d_y: View, groups: usize, more: usize, context: &Context<'_>) -> TokenStream {
    let (layout, filters) = (d_y.layout, d_y.shape.channels() / groups);
    let column = layout.column();
    let group = match (groups, layout.is_flat(d_y.shape)) {
        (1, _) => 0,
        (_, true) => filters,
        (_, false) => filters / PANEL * layout.block(d_y.shape),
    };
    let pixel = [(&quote!(q), column), (&quote!(group), group)];
    channel_place(d_y, &pixel, (layout.left + more) * column, false, context)
}

/// The gradient of biases that lie in panels: the sum of `d_y` over the pixels.
pub(super) fn bias(groups: usize, d_y: View, context: &Context<'_>) -> TokenStream {
    /// Sums of neighbouring pixels, so that one need not wait for the other.
    const SUMS: usize = 4;
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let [p, q, k] = d_y.shape.hwc();
    let row = row("d_row", "x1", d_y, &quote!(p), rt);
    let filters = k / groups;
    let padded = filters.next_multiple_of(PANEL);
    let a = accumulators(SUMS.min(q));
    let p = int(p);
    let (first, others) = (&a[0], &a[1..]);
    let sums = super::over_channels(filters, context, |count| {
        let add = |a: &Ident, more: usize| {
            let place = filters_place(d_y, groups, more, context);
            let load = load(d_y, &quote!(d_row), &place, count, context);
            quote! { #a = v::add(#a, #load); }
        };
        let adds: Vec<_> = a.iter().enumerate().map(|(more, a)| add(a, more)).collect();
        let last = add(first, 0);
        let place = index(&[(&quote!(group), padded), (&quote!(n), lanes)], 0, 0);
        let (whole, sums, all) = (int(q / a.len() * a.len()), int(a.len()), int(q));
        quote! {
            #(let mut #a = v::splat(0.0);)*
            for p in 0..#p {
                #row
                for q in (0..#whole).step_by(#sums) { #(#adds)* }
                for q in #whole..#all { #last }
            }
            #(#first = v::add(#first, #others);)*
            let sum = v::add(v::load(#rt::at(d_b, #place)), #first);
            v::store(#rt::at_mut(d_b, #place), sum);
        }
    });
    let groups = int(groups);
    quote! { for group in 0..#groups { #sums } }
}
