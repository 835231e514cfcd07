//! Vectors of neighbouring pixels of a row: for few filters.
//!
//! In: rows whose channels lie apart. Out: rows of that layout, or dense pixels, for which the
//! filters' vectors are interleaved in registers. A tile of filters, rows and vectors is written out
//! for the columns and channels of a row of taps, as far as its length is bearable; the rows of taps
//! are a loop, since those outside the image are left out.

use super::{columns_before, narrow, window};
use crate::emit::layers::blocks::clear_sides_of;
use crate::emit::layers::window::even;
use crate::emit::layers::{Context, activate_vector, function, vectors_of};
use crate::emit::print::{index, int, name, typed};
use crate::plan::Isa;
use crate::plan::layers::conv::{ColumnsTile, Conv};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::ops::Range;

/// Multiply-adds that are written out one behind the other: a function holds up to four tiles, and
/// rustc's time grows faster than a function's length from about a thousand vector statements on.
const WRITTEN_OUT: usize = 240;

/// The text over columns.
pub(super) fn emit(conv: &Conv, context: &Context<'_>) -> TokenStream {
    let columns = Columns { conv, context, tile: conv.columns_tile(context.isa) };
    let (v, clear, rows) =
        (vectors_of(context), clear_sides_of(&quote!(y), conv.y, context.rt), columns.rows());
    let body = quote! { #v #clear #rows };
    function(context, &[conv.x], &[conv.y], &body)
}

struct Columns<'a> {
    conv: &'a Conv,
    context: &'a Context<'a>,
    tile: ColumnsTile,
}

impl Columns<'_> {
    /// Lanes of a vector.
    fn lanes(&self) -> usize {
        self.context.isa.lanes()
    }

    /// The rows of the result: those whose windows stand over the upper or lower edge one by one,
    /// the others in tiles.
    fn rows(&self) -> TokenStream {
        let [height, ..] = self.conv.y.shape.hwc();
        let inner = self.inner();
        let edge = |rows: Range<usize>| {
            if rows.is_empty() {
                return TokenStream::new();
            }
            let inside = self.filters(1, &window(self.conv).rows());
            let (from, to) = (int(rows.start), int(rows.end));
            quote! { for p in #from..#to { #inside } }
        };
        let mut code = edge(0..inner.start);
        let mut first = inner.start;
        let taps = int(self.conv.op.kernel[0]);
        for (count, rows) in even(inner.len(), self.tile.rows) {
            let inside = self.filters(rows, &quote!(0..#taps));
            let (p, from) = (index(&[(&quote!(tile), rows)], first, 0), int(first));
            first += count * rows;
            code.extend(if rows == 1 {
                let to = int(first);
                quote! { for p in #from..#to { #inside } }
            } else {
                let count = int(count);
                quote! { for tile in 0..#count { let p = #p; #inside } }
            });
        }
        code.extend(edge(inner.end..height));
        code
    }

    /// The rows of the result whose windows lie inside the image from top to bottom.
    fn inner(&self) -> Range<usize> {
        let op = &self.conv.op;
        let ([height, ..], [h, ..]) = (self.conv.y.shape.hwc(), self.conv.x.shape.hwc());
        let reach = (op.kernel[0] - 1) * op.dilation[0];
        let to = (h + self.top()).saturating_sub(reach).min(height);
        let from = self.top().min(height);
        if from < to { from..to } else { height..height }
    }

    fn top(&self) -> usize {
        usize::try_from(self.conv.op.pads.top).unwrap_or(0)
    }

    /// So many rows from `p` on for all filters.
    fn filters(&self, rows: usize, taps: &TokenStream) -> TokenStream {
        let [_, _, k] = self.conv.y.shape.hwc();
        let mut first = 0;
        let tiles = even(k, self.tile.filters).into_iter().map(|(count, filters)| {
            let tile = ColumnsTile { filters, rows, ..self.tile };
            let place = index(&[(&quote!(block), filters)], first, 0);
            let only = (count == 1).then_some(first);
            first += count * filters;
            let inside = self.columns(tile, only, taps);
            if only.is_some() {
                return inside;
            }
            let count = int(count);
            quote! { for block in 0..#count { let k = #place; #inside } }
        });
        quote! { #(#tiles)* }
    }

    /// The vectors of these rows and filters: `q` is the first pixel of a tile. The last tile ends
    /// with the row and may overlap the one before.
    fn columns(&self, tile: ColumnsTile, filter: Option<usize>, taps: &TokenStream) -> TokenStream {
        let [_, q, _] = self.conv.y.shape.hwc();
        let step = tile.vectors * self.lanes();
        if q <= step {
            let narrow = narrow(self.context.isa, q);
            let last = q.saturating_sub(narrow.unwrap_or(self.context.isa).lanes());
            let vectors = (0..tile.vectors).map(|i| (i * self.lanes()).min(last)).collect();
            return Tile { columns: self, tile, filter, vectors, only: true, narrow }.text(taps);
        }
        let vectors = (0..tile.vectors).map(|i| i * self.lanes()).collect();
        let inside =
            Tile { columns: self, tile, filter, vectors, only: false, narrow: None }.text(taps);
        let (count, last, by) = (int(q.div_ceil(step)), int(q - step), int(step));
        let place = if q.is_multiple_of(step) {
            quote!(tile * #by)
        } else {
            quote!(usize::min(tile * #by, #last))
        };
        quote! { for tile in 0..#count { let q = #place; #inside } }
    }
}

/// A tile: rows from `p`, filters from `k`, vectors of pixels from `q` on.
struct Tile<'a> {
    columns: &'a Columns<'a>,
    tile: ColumnsTile,
    /// The first filter, where it is not `k`.
    filter: Option<usize>,
    /// Where each vector begins, in pixels behind `q`.
    vectors: Vec<usize>,
    /// Whether it is the only one of the row: then there is no `q`.
    only: bool,
    /// What the last vector of a row belongs to, where it is a narrow one.
    narrow: Option<Isa>,
}

impl Tile<'_> {
    fn text(&self, taps: &TokenStream) -> TokenStream {
        let begin = (0..self.tile.filters).flat_map(|filter| {
            let (k, known) = self.filter(1);
            let k = index(&[(&quote!(k), k)], filter + known, 0);
            let sums = self.sums(filter).into_iter().enumerate();
            sums.map(move |(at, a)| {
                let begin = self.of(at, quote! { v::splat(b[#k]) });
                quote! { let mut #a = #begin; }
            })
        });
        let (row, stores) = (self.row_of_taps(), self.stores());
        quote! { #(#begin)* for r in #taps { #row } #stores }
    }

    /// What the vector of pixel `at` belongs to, where it is a narrow one.
    fn narrow(&self, at: usize) -> Option<Isa> {
        self.narrow.filter(|_| at % self.vectors.len() == self.vectors.len() - 1)
    }

    /// An expression or statements of pixel `at`, in its vector's width.
    fn of(&self, at: usize, text: TokenStream) -> TokenStream {
        let Some(isa) = self.narrow(at) else { return text };
        let (rt, isa) = (self.columns.context.rt, name(isa.name()));
        quote! { { use #rt::simd::#isa as v; #text } }
    }

    /// Lanes of the vector of pixel `at`.
    fn lanes(&self, at: usize) -> usize {
        self.narrow(at).unwrap_or(self.columns.context.isa).lanes()
    }

    /// The accumulators of a filter, row by row.
    fn sums(&self, filter: usize) -> Vec<Ident> {
        (0..self.tile.pixels()).map(|pixel| format_ident!("a{filter}_{pixel}")).collect()
    }

    /// What a row of taps adds: its operands and weights as arrays, then the steps of its columns and
    /// channels, written out or in loops.
    fn row_of_taps(&self) -> TokenStream {
        let Columns { conv, context: Context { rt, .. }, .. } = *self.columns;
        let op = &conv.op;
        let ([r, s], c) = (op.kernel, conv.x.shape.channels());
        let (row, block) = (conv.x.layout.row(conv.x.shape), conv.x.layout.block(conv.x.shape));
        let last = self.vectors.last().copied().unwrap_or(0);
        let lanes = self.lanes(self.vectors.len() - 1);
        let span = (c - 1) * block + (s - 1) * op.dilation[1] + last + lanes;
        let span = int(span);
        let rows = (0..self.tile.rows).map(|i| {
            let q = usize::from(!self.only);
            let terms = [(&quote!(p), row), (&quote!(r), op.dilation[0] * row), (&quote!(q), q)];
            let place = index(&terms, columns_before(conv) + i * row, self.columns.top() * row);
            let x = format_ident!("x{i}");
            quote! { let #x = #rt::at::<f32, #span>(x, #place); }
        });
        let run = int(s * c);
        let weights = (0..self.tile.filters).map(|filter| {
            let (k, known) = self.filter(r * s * c);
            let terms = [(&quote!(k), k), (&quote!(r), s * c)];
            let place = index(&terms, filter * r * s * c + known, 0);
            let w = format_ident!("w{filter}");
            quote! { let #w = #rt::at::<f32, #run>(w, #place); }
        });
        let (columns, channels) = (op.dilation[1], block);
        let step = |s_at: Option<usize>, c_at: Option<usize>| {
            let terms = |by: [usize; 2]| {
                let free = [(quote!(s), by[0], s_at), (quote!(c), by[1], c_at)];
                let known = free.iter().filter_map(|(_, by, at)| at.map(|at| at * by)).sum();
                let free = free.into_iter().filter(|(_, _, at)| at.is_none());
                (free.map(|(name, by, _)| (name, by)).collect::<Vec<_>>(), known)
            };
            self.step(&terms([columns, channels]), &terms([c, 1]))
        };
        let steps = match WRITTEN_OUT / self.tile.sums() {
            most if s * c <= most => {
                let each = (0..s).flat_map(|s| (0..c).map(move |c| (s, c)));
                let each = each.map(|(s, c)| step(Some(s), Some(c)));
                quote! { #(#each)* }
            }
            most if c <= most => {
                let (each, s) = ((0..c).map(|c| step(None, Some(c))), int(s));
                quote! { for s in 0..#s { #(#each)* } }
            }
            _ => {
                let (inside, s, c) = (step(None, None), int(s), int(c));
                quote! { for s in 0..#s { for c in 0..#c { #inside } } }
            }
        };
        quote! { #(#rows)* #(#weights)* #steps }
    }

    /// What the first filter adds to a place where filters are so far `apart`: a factor of `k`, and
    /// what is known.
    fn filter(&self, apart: usize) -> (usize, usize) {
        self.filter.map_or((apart, 0), |filter| (0, filter * apart))
    }

    /// One tap of one channel for every accumulator. Places in the rows and in the filters: terms
    /// that loops leave open, and what is known.
    fn step(&self, x: &Place, w: &Place) -> TokenStream {
        let rt = self.columns.context.rt;
        let vectors = self.vectors.len();
        let pixel = |at: usize| {
            let place = place(x, self.vectors[at % vectors]);
            let row = format_ident!("x{}", at / vectors);
            self.of(at, quote!(v::load(#rt::at(#row, #place))))
        };
        let weight = |filter: usize| {
            let (row, place) = (format_ident!("w{filter}"), place(w, 0));
            quote!(v::splat(#row[#place]))
        };
        // A weight in every lane of a vector, once for each width.
        let all_lanes = |filter: usize| {
            let (wide, narrow, weight) =
                (format_ident!("weight{filter}"), format_ident!("narrow{filter}"), weight(filter));
            let narrow = self.narrow.map(|_| {
                let weight = self.of(vectors - 1, weight.clone());
                quote! { let #narrow = #weight; }
            });
            quote! { let #wide = #weight; #narrow }
        };
        let add = |filter: usize, at: usize, pixel: &Ident| {
            let width = if self.narrow(at).is_some() { "narrow" } else { "weight" };
            let (a, weight) = (&self.sums(filter)[at], format_ident!("{width}{filter}"));
            self.of(at, quote! { #a = v::mul_add(#pixel, #weight, #a); })
        };
        let (pixels, filters) = (0..self.tile.pixels(), 0..self.tile.filters);
        let name = |at: usize| format_ident!("pixel{at}");
        if self.tile.holds_pixels() {
            let loads = pixels.clone().map(|at| {
                let (name, value) = (name(at), pixel(at));
                quote! { let #name = #value; }
            });
            let steps = filters.map(|filter| {
                let weight = all_lanes(filter);
                let adds = pixels.clone().map(|at| add(filter, at, &name(at)));
                quote! { #weight #(#adds)* }
            });
            return quote! { #(#loads)* #(#steps)* };
        }
        let loads = filters.clone().map(all_lanes);
        let steps = pixels.map(|at| {
            let (name, value) = (name(at), pixel(at));
            let adds = filters.clone().map(|filter| add(filter, at, &name));
            quote! { let #name = #value; #(#adds)* }
        });
        quote! { #(#loads)* #(#steps)* }
    }

    /// The epilogue and the stores.
    fn stores(&self) -> TokenStream {
        let Columns { conv, context: Context { rt, .. }, .. } = *self.columns;
        let all =
            (0..self.tile.filters).flat_map(|filter| self.sums(filter).into_iter().enumerate());
        let epilogue = all
            .filter(|_| !conv.epilogue.is_empty())
            .map(|(at, a)| self.of(at, activate_vector(&a, &conv.epilogue, rt)));
        let pixels = 0..self.tile.pixels();
        let [_, _, k] = conv.y.shape.hwc();
        let lanes = conv.y.layout.lanes;
        let stores = pixels.map(|at| {
            let store = match lanes {
                1 => self.store_apart(at),
                _ if lanes == k && self.tile.filters == k => self.store_side_by_side(at),
                _ => self.store_one_by_one(at),
            };
            self.of(at, store)
        });
        quote! { #(#epilogue)* #(#stores)* }
    }

    /// Where pixel `at` of the tile lies in the result, for the tile's first filter plus `more`.
    fn place(&self, at: usize, [filter, more]: [usize; 2]) -> TokenStream {
        let conv = self.columns.conv;
        let layout = conv.y.layout;
        let (row, column) = (layout.row(conv.y.shape), layout.column());
        let apart = if layout.lanes == 1 { layout.block(conv.y.shape) } else { 1 };
        let (i, vector) = (at / self.vectors.len(), at % self.vectors.len());
        let (k, known) = self.filter(apart);
        let plus = i * row + (layout.left + self.vectors[vector]) * column + filter * apart;
        let q = if self.only { 0 } else { column };
        let terms = [(&quote!(p), row), (&quote!(k), k), (&quote!(q), q)];
        index(&terms, plus + known + more, 0)
    }

    /// Pixels of the vector of pixel `at` that lie in the row.
    fn count(&self, at: usize) -> usize {
        let [_, q, _] = self.columns.conv.y.shape.hwc();
        q.min(self.lanes(at))
    }

    /// A filter's pixels lie side by side.
    fn store_apart(&self, at: usize) -> TokenStream {
        let stores = (0..self.tile.filters).map(|filter| {
            let (a, place) = (&self.sums(filter)[at], self.place(at, [filter, 0]));
            self.store(&quote!(#a), &place, self.count(at), self.lanes(at))
        });
        quote! { #(#stores)* }
    }

    /// The filters of a pixel lie side by side, and the tile has all of them: as many vectors of
    /// interleaved lanes, each made in one step a filter behind the first.
    fn store_side_by_side(&self, at: usize) -> TokenStream {
        let filters = self.tile.filters;
        let sums: Vec<_> = (0..filters).map(|filter| self.sums(filter).swap_remove(at)).collect();
        let lanes = self.lanes(at);
        let all = self.count(at) * filters;
        let stores = (0..filters).map(|i| {
            let (k, y) = (int(filters), int(i));
            let steps = sums.iter().enumerate().skip(1);
            let steps = steps.map(|(x, a)| {
                let x = int(x);
                quote! { let pixels = v::interleave::<#k, #y, #x>(pixels, #a); }
            });
            let (first, place) = (&sums[0], self.place(at, [0, i * lanes]));
            let count = all.saturating_sub(i * lanes).min(lanes);
            let store = self.store(&quote!(pixels), &place, count, lanes);
            quote! { let pixels = #first; #(#steps)* #store }
        });
        quote! { #(#stores)* }
    }

    /// The first `count` lanes of a vector.
    fn store(
        &self,
        value: &TokenStream,
        place: &TokenStream,
        count: usize,
        lanes: usize,
    ) -> TokenStream {
        let rt = self.columns.context.rt;
        if count == 0 {
            return TokenStream::new();
        }
        if count == lanes {
            return quote! { v::store(#rt::at_mut(y, #place), #value); };
        }
        let count = int(count);
        quote! { v::store_first(#rt::part_mut(y, #place, #count), #value); }
    }

    /// Everything else: a filter's pixels lie apart.
    fn store_one_by_one(&self, at: usize) -> TokenStream {
        let rt = self.columns.context.rt;
        let (count, step) = (typed(self.count(at)), int(self.columns.conv.y.layout.column()));
        let stores = (0..self.tile.filters).map(|filter| {
            let (a, place) = (&self.sums(filter)[at], self.place(at, [filter, 0]));
            quote! { #rt::put_apart(y, #place, #step, &v::array(#a)[..#count]); }
        });
        quote! { #(#stores)* }
    }
}

/// Terms left open, and what is known.
type Place = (Vec<(TokenStream, usize)>, usize);

fn place((terms, known): &Place, more: usize) -> TokenStream {
    let terms: Vec<_> = terms.iter().map(|(name, by)| (name, *by)).collect();
    index(&terms, known + more, 0)
}
