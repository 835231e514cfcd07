//! Tiles of the image, transformed: `Bt d B`.
//!
//! Down the columns first: a column serves the two tiles it lies in. As many rows of the result at a
//! time as registers hold for all columns of a tile.

use super::Text;
use crate::emit::print::{float, index, int};
use crate::plan::Isa;
use crate::plan::layers::PANEL;
use cnn_weights::Winograd;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Neighbouring rows of `Bt` that share work: what they give, and the elements they need.
struct Step {
    gives: &'static [usize],
    needs: &'static [usize],
}

fn steps(tile: Winograd) -> &'static [Step] {
    match tile {
        Winograd::F2 => &[
            Step { gives: &[0], needs: &[0, 2] },
            Step { gives: &[1, 2], needs: &[1, 2] },
            Step { gives: &[3], needs: &[1, 3] },
        ],
        Winograd::F4 => &[
            Step { gives: &[0], needs: &[0, 2, 4] },
            Step { gives: &[1, 2], needs: &[1, 2, 3, 4] },
            Step { gives: &[3, 4], needs: &[1, 2, 3, 4] },
            Step { gives: &[5], needs: &[1, 3, 5] },
        ],
    }
}

/// How many steps run at once: what they give for all columns of a tile stays in registers.
fn at_once(tile: Winograd, isa: Isa) -> usize {
    match (tile, isa) {
        (Winograd::F2, Isa::Avx512) => 3,
        (Winograd::F4, Isa::Avx512) => 2,
        (_, Isa::Portable | Isa::Avx2) => 1,
    }
}

pub(super) fn emit(text: &Text<'_>) -> TokenStream {
    let rt = text.context.rt;
    let (conv, tile, sizes) = (text.conv, text.tile, &text.sizes);
    let (shape, layout) = (conv.x.shape, conv.x.layout);
    let [h, ..] = shape.hwc();
    let (m, n) = (tile.outputs(), tile.inputs());
    let span = int((sizes.across * m + n - m) * PANEL);
    let [top, left] =
        [conv.op.pads.top, conv.op.pads.left].map(|p| usize::try_from(p).unwrap_or(0));
    let place = index(
        &[(&quote!(block), layout.block(shape)), (&quote!(left), m * PANEL)],
        (layout.left - left) * PANEL,
        0,
    );
    let x_row = int(layout.row(shape));
    let rows = (0..n).map(|r| {
        let (row, at) = (row(r), index(&[(&quote!(h), 1)], r, 0));
        let (above, from) = (int(top), index(&[(&quote!(h), 1)], r, top));
        let below = int(top + h);
        let inside = if r < top {
            quote!((#above..#below).contains(&(#at)))
        } else {
            quote!(#at < #below)
        };
        // The first rows lie above the image only if there is padding, and only for the first tile.
        quote! {
            let #row: &[f32; #span] = if #inside { #rt::at(x.row::<#x_row>(#from), place) } else { &[0.0; #span] };
        }
    });
    let passes = steps(tile).chunks(at_once(tile, text.context.isa));
    let passes = passes.map(|steps| pass(text, steps));
    let passes = text.each_vector(&quote! { #(#passes)* });
    let first = index(&[(&quote!(row), m), (&quote!(first), m)], 0, 0);
    let (strip_rows, blocks) = (int(text.strip.rows), int(sizes.blocks));
    let to =
        index(&[(&quote!(block), sizes.tiles * PANEL), (&quote!(row), sizes.across * PANEL)], 0, 0);
    let body = quote! {
        for row in 0..#strip_rows {
            let h = #first;
            for block in 0..#blocks {
                let place = #place;
                #(#rows)*
                let to = #to;
                #passes
            }
        }
    };
    let len = int(text.lengths()[0]);
    let parameters = quote! { x: #rt::Rows<'_>, first: usize, left: usize, tiles: &mut [f32] };
    let body = quote! { let tiles: &mut [f32; #len] = #rt::at_mut(tiles, 0); #body };
    text.function("input", &parameters, &body)
}

fn row(r: usize) -> Ident {
    format_ident!("row{r}")
}

fn element(r: usize) -> Ident {
    format_ident!("e{r}")
}

/// Row `i` of a column that is transformed along itself.
fn half(i: usize, column: usize) -> Ident {
    format_ident!("t{i}_{column}")
}

/// The elements of a column that some steps need.
fn needed(tile: Winograd, steps: &[Step]) -> Vec<usize> {
    (0..tile.inputs()).filter(|r| steps.iter().any(|step| step.needs.contains(r))).collect()
}

/// Some rows of the results of all tiles of a row, for one vector of a block.
fn pass(text: &Text<'_>, steps_here: &[Step]) -> TokenStream {
    let rt = text.context.rt;
    let tile = text.tile;
    let (m, n) = (tile.outputs(), tile.inputs());
    let gives = || steps_here.iter().flat_map(|step| step.gives.iter().copied());
    let column = |j: usize, place: &TokenStream, mutable: &TokenStream| {
        let loads = needed(tile, steps_here).into_iter().map(|r| {
            let (e, row) = (element(r), row(r));
            quote! { let #e = v::load(#rt::at(#row, #place)); }
        });
        let sums = steps_here.iter().map(|step| {
            let to = |i: usize| {
                let t = half(i, j);
                quote!(let #mutable #t)
            };
            combine(tile, step, element, to)
        });
        quote! { #(#loads)* #(#sums)* }
    };
    let before = (0..n - m).map(|j| column(j, &text.in_block(&[], j * PANEL), &quote!(mut)));
    // What a tile reads of a row, and what it writes, is one array each: their ends are looked at once.
    let lanes = text.context.isa.lanes();
    let from = text.in_block(&[(&quote!(tile), m * PANEL)], (n - m) * PANEL);
    let seen = int((m - 1) * PANEL + lanes);
    let seen = needed(tile, steps_here).into_iter().map(|r| {
        let row = row(r);
        quote! { let #row = #rt::at::<f32, #seen>(#row, #from); }
    });
    let here = (0..m).map(|j| {
        let place = int(j * PANEL);
        column(n - m + j, &quote!(#place), &quote!())
    });
    let last = gives().max().unwrap_or(0) * n + n - 1;
    let written = int(last * text.sizes.input_step + lanes);
    let to = text.in_block(&[(&quote!(to), 1), (&quote!(tile), PANEL)], 0);
    let along = gives().map(|i| {
        let sums = steps(tile).iter().map(|step| {
            let to = |j: usize| {
                let u = element(j);
                quote!(let #u)
            };
            let sums = combine(tile, step, |j| half(i, j), to);
            let stores = step.gives.iter().map(|&j| {
                let (u, place) = (element(j), int((i * n + j) * text.sizes.input_step));
                quote! { v::store(#rt::at_mut(tiles, #place), #u); }
            });
            quote! { #sums #(#stores)* }
        });
        quote! { #(#sums)* }
    });
    let on = gives().flat_map(|i| {
        (0..n - m).map(move |j| {
            let (to, from) = (half(i, j), half(i, j + m));
            quote! { #to = #from; }
        })
    });
    let across = int(text.sizes.across);
    quote! {{
        #(#before)*
        for tile in 0..#across {
            #(#seen)*
            let tiles = #rt::at_mut::<#written>(tiles, #to);
            #(#here)*
            #(#along)*
            #(#on)*
        }
    }}
}

/// The results of a step, from `of` to where `to` says.
fn combine(
    tile: Winograd,
    step: &Step,
    of: impl Fn(usize) -> Ident,
    to: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let matrix = tile.input_matrix();
    let factor = |row: usize, column: usize| {
        let factor = float(matrix[row][column]);
        quote!(v::splat(#factor))
    };
    let results = step.gives.iter().map(|&i| to(i)).collect::<Vec<_>>();
    let [x, y, z, last] = match (tile, step.needs) {
        (Winograd::F2, [a, b]) => return pair_of_two(step, &of(*a), &of(*b), &results),
        (_, [a, b, c]) => [of(*a), of(*b), of(*c), of(*c)],
        (_, needs) => [0, 1, 2, 3].map(|i| of(needs.get(i).copied().unwrap_or(0))),
    };
    if let ([only], [row]) = (&results[..], step.gives) {
        // The first and the last row: elements two apart.
        let (first, second) = (factor(*row, step.needs[0]), factor(*row, step.needs[1]));
        return quote! { #only = v::mul_add(#x, #first, v::mul_add(#y, #second, #z)); };
    }
    // Two points of opposite sign: an even and an odd part.
    let (plus, minus) = (&results[0], &results[1]);
    let square = factor(step.gives[0], 2);
    let [point, opposite] = [0, 1].map(|i| factor(step.gives[i], 3));
    quote! {
        let even = v::mul_add(#y, #square, #last);
        let odd = v::mul_add(#x, #square, #z);
        #plus = v::mul_add(odd, #point, even);
        #minus = v::mul_add(odd, #opposite, even);
    }
}

/// A step of F(2x2, 3x3), whose factors are all 1 and -1.
fn pair_of_two(step: &Step, x: &Ident, y: &Ident, results: &[TokenStream]) -> TokenStream {
    match (step.gives, results) {
        ([0], [first]) => quote! { #first = v::sub(#x, #y); },
        (_, [last]) => quote! { #last = v::sub(#y, #x); },
        (_, results) => {
            let (plus, minus) = (&results[0], &results[1]);
            quote! { #plus = v::add(#x, #y); #minus = v::sub(#y, #x); }
        }
    }
}
