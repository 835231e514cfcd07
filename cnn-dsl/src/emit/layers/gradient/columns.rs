//! The gradients of a convolution with few filters, vectors over x: each tap's is the inner product
//! of `d_y` with the operand moved by the tap. Zeros behind the rows of `d_y` fill its last vector.
//!
//! A tile is some filters times some lines of taps; a line is a row of the kernel in one channel.

use super::row;
use crate::emit::layers::conv::narrow;
use crate::emit::layers::{Context, function, vectors_of};
use crate::emit::print::{index, int, name};
use crate::ir::layers::conv::Conv;
use crate::plan::Isa;
use crate::plan::layers::View;
use crate::plan::layers::gradient::Gradient;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::ops::Range;

/// Sums of a tile; what it reads needs registers too.
fn sums_at_a_time(isa: Isa) -> usize {
    match isa {
        Isa::Portable | Isa::Avx2 => 9,
        Isa::Avx512 => 27,
    }
}

/// A kernel in the making.
struct Weights<'a> {
    op: &'a Conv,
    x: View,
    d_y: View,
    context: &'a Context<'a>,
}

/// The text of the gradients.
pub(super) fn emit(op: &Conv, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let weights = Weights { op, x: kernel.xs[0], d_y: kernel.xs[1], context };
    let most = (sums_at_a_time(context.isa) / op.kernel[1]).clamp(1, op.filters);
    // As many in each tile, or one less.
    let tiles = op.filters.div_ceil(most);
    let sums = (0..tiles)
        .map(|tile| weights.lines(op.filters * tile / tiles..op.filters * (tile + 1) / tiles));
    let (v, bias) = (vectors_of(context), bias(op, kernel, context));
    function(context, &kernel.xs, &[], &quote! { #v #(#sums)* #bias })
}

impl Weights<'_> {
    /// The gradients of some filters.
    fn lines(&self, filters: Range<usize>) -> TokenStream {
        let Conv { kernel: [r, s], pads, .. } = self.op;
        let channels = self.x.shape.channels();
        let lines = r * channels;
        let most = (sums_at_a_time(self.context.isa) / (s * filters.len())).clamp(1, lines);
        // Rows of the kernel see different rows of the result where the operand is padded: then a
        // tile has lines of one row.
        let padded = (pads.top, pads.bottom) != (0, 0);
        let most = if padded {
            (1..=most.min(channels)).rev().find(|n| channels.is_multiple_of(*n)).unwrap_or(1)
        } else {
            most
        };
        let (whole, rest) = (lines / most * most, lines % most);
        let tile = self.widths(filters.clone(), most);
        let mut code = if whole == most {
            quote! { { let line = 0; #tile } }
        } else {
            let (whole, most) = (int(whole), int(most));
            quote! { for line in (0..#whole).step_by(#most) { #tile } }
        };
        if rest > 0 {
            let (tile, whole) = (self.widths(filters, rest), int(whole));
            code.extend(quote! { { let line = #whole; #tile } });
        }
        code
    }

    /// A tile over the whole vectors of the rows, and one over narrow ones where these hold the rest.
    fn widths(&self, filters: Range<usize>, count: usize) -> TokenStream {
        let [_, q, _] = self.d_y.shape.hwc();
        let (isa, lanes) = (self.context.isa, self.context.isa.lanes());
        let Some(narrow) = narrow(isa, q) else {
            return self.tile(filters, count, isa, 0..q.div_ceil(lanes));
        };
        let whole = q / lanes;
        let wide = self.tile(filters.clone(), count, isa, 0..whole);
        let first = whole * lanes / narrow.lanes();
        let rest = self.tile(filters, count, narrow, first..first + 1);
        let (rt, narrow) = (self.context.rt, name(narrow.name()));
        quote! { #wide { use #rt::simd::#narrow as v; #rest } }
    }

    /// Some filters times `count` lines from `line` on, over these vectors of a row.
    fn tile(
        &self,
        filters: Range<usize>,
        count: usize,
        isa: Isa,
        vectors: Range<usize>,
    ) -> TokenStream {
        let Self { op, x, d_y, context } = *self;
        let (rt, lanes) = (context.rt, isa.lanes());
        let ([h, _, c], [p, ..]) = (x.shape.hwc(), d_y.shape.hwc());
        let [r_count, s_count] = op.kernel;
        let top = usize::try_from(op.pads.top).unwrap_or(0);
        let left = usize::try_from(op.pads.left).unwrap_or(0);
        let a = |k: usize, i: usize, s: usize| format_ident!("a{k}_{i}_{s}");
        let taps: Vec<_> = (0..count).flat_map(|i| (0..s_count).map(move |s| (i, s))).collect();
        let all: Vec<_> =
            filters.clone().flat_map(|k| taps.iter().map(move |&(i, s)| (k, i, s))).collect();
        let names: Vec<_> = all.iter().map(|&(k, i, s)| a(k, i, s)).collect();
        let loads = filters.clone().map(|k| {
            let d = format_ident!("d{k}");
            let before = k * d_y.layout.block(d_y.shape) + d_y.layout.left;
            let place = index(&[(&quote!(q), lanes)], before, 0);
            quote! { let #d = v::load(#rt::at(d_row, #place)); }
        });
        let steps = taps.iter().map(|&(i, s)| {
            let (row, channel) = (format_ident!("row{i}"), format_ident!("c{i}"));
            let terms = [(&quote!(#channel), x.layout.block(x.shape)), (&quote!(q), lanes)];
            let place = index(&terms, x.layout.left + s * op.dilation[1], left);
            let steps = filters.clone().map(|k| {
                let (a, d) = (a(k, i, s), format_ident!("d{k}"));
                quote! { #a = v::mul_add(x, #d, #a); }
            });
            quote! { let x = v::load(#rt::at(#row, #place)); #(#steps)* }
        });
        let sums = all.iter().map(|&(k, i, s)| {
            let (r, channel) = (format_ident!("r{i}"), format_ident!("c{i}"));
            let terms = [(&quote!(#r), s_count * c), (&quote!(#channel), 1)];
            let place = index(&terms, k * r_count * s_count * c + s * c, 0);
            let a = a(k, i, s);
            quote! { d_w[#place] += v::sum(#a); }
        });
        let taps_of = (0..count).map(|i| {
            let (r, channel) = (format_ident!("r{i}"), format_ident!("c{i}"));
            let (line, c) = (index(&[(&quote!(line), 1)], i, 0), int(c));
            quote! { let (#r, #channel) = ((#line) / #c, (#line) % #c); }
        });
        let rows_of = (0..count).map(|i| {
            let r = format_ident!("r{i}");
            let height = index(&[(&quote!(p), 1), (&quote!(#r), op.dilation[0])], 0, top);
            row(&format!("row{i}"), "x0", x, &quote!((#height)), rt)
        });
        let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
        let tap = index(&[(&quote!(r0), op.dilation[0])], 0, 0);
        let [p, h, top, from, to] = [p, h, top, vectors.start, vectors.end].map(int);
        quote! {
            #(#taps_of)*
            #(let mut #names = v::splat(0.0);)*
            for p in #rt::outputs_that_see([#p, #h, 1], #tap, #top) {
                #d_row
                #(#rows_of)*
                for q in #from..#to { #(#loads)* #(#steps)* }
            }
            #(#sums)*
        }
    }
}

/// The sums of `d_y` over the pixels.
fn bias(op: &Conv, kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    if !op.bias {
        return TokenStream::new();
    }
    let d_y = kernel.xs[1];
    let (rt, lanes) = (context.rt, context.isa.lanes());
    let [p, q, _] = d_y.shape.hwc();
    let d_row = row("d_row", "x1", d_y, &quote!(p), rt);
    let names: Vec<_> = (0..op.filters).map(|k| format_ident!("a{k}")).collect();
    let adds = names.iter().enumerate().map(|(k, a)| {
        let before = k * d_y.layout.block(d_y.shape) + d_y.layout.left;
        let place = index(&[(&quote!(q), lanes)], before, 0);
        quote! { #a = v::add(#a, v::load(#rt::at(d_row, #place))); }
    });
    let indices = (0..op.filters).map(int);
    let (p, vectors) = (int(p), int(q.div_ceil(lanes)));
    quote! {
        #(let mut #names = v::splat(0.0);)*
        for p in 0..#p {
            #d_row
            for q in 0..#vectors { #(#adds)* }
        }
        #(d_b[#indices] += v::sum(#names);)*
    }
}
