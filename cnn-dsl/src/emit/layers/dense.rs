//! A fully connected layer: several panels of units at a time, or vectors over inputs.

use super::window::even;
use super::{Context, activate, activate_vector, function, unroll, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::dense::{Dense, Form};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Panels that are read side by side: more streams from memory than this are no faster.
const PANELS: usize = 4;

/// The text of a fully connected layer.
pub(super) fn emit(dense: &Dense, context: &Context<'_>) -> TokenStream {
    match (dense.form, dense.unroll) {
        (Form::Units { lanes }, false) => over_units(dense, lanes, context),
        (Form::Inputs { sums }, false) => over_inputs(dense, sums, context),
        (Form::Units { lanes }, true) => unroll::dense_units(dense, lanes, context),
        (Form::Inputs { sums }, true) => unroll::dense_inputs(dense, sums, context),
    }
}

/// Panels side by side, an accumulator a vector of units: each panel is read once, in order.
fn over_units(dense: &Dense, lanes: usize, context: &Context<'_>) -> TokenStream {
    let (units, inputs) = (dense.op.units, int(dense.x.shape.len()));
    let (whole, rest) = (units / lanes, units % lanes);
    let width = lanes / context.isa.lanes();
    let mut first = 0;
    let tiles =
        even(whole, (context.isa.columns() / width).min(PANELS)).into_iter().map(|(count, n)| {
            let inside = panels(dense, [lanes, n], lanes, context);
            let panel = index(&[(&quote!(tile), n)], first, 0);
            first += count * n;
            let count = int(count);
            quote! { for tile in 0..#count { let panel = #panel; #inside } }
        });
    let tiles: Vec<_> = tiles.collect();
    let last = if rest == 0 {
        TokenStream::new()
    } else {
        let (inside, panel) = (panels(dense, [lanes, 1], rest, context), int(whole));
        quote! { let panel = #panel; #inside }
    };
    let (v, l) = (vectors_of(context), int(lanes));
    let body = quote! {
        #v
        let w = w.as_chunks::<#l>().0.as_chunks::<#inputs>().0;
        let b = b.as_chunks::<#l>().0;
        #(#tiles)*
        #last
    };
    function(context, &[dense.x], &[dense.y], &body)
}

/// So many panels from `panel` on; of the last one so many units.
fn panels(
    dense: &Dense,
    [lanes, panels]: [usize; 2],
    units: usize,
    context: &Context<'_>,
) -> TokenStream {
    let (rt, inputs) = (context.rt, int(dense.x.shape.len()));
    let vector = context.isa.lanes();
    let part = |of: TokenStream, i: usize| {
        if lanes == vector {
            return quote!(&#of);
        }
        let first = int(i * vector);
        quote!(#rt::at(&#of, #first))
    };
    let all = (0..panels).flat_map(|panel| (0..lanes / vector).map(move |i| (panel, i)));
    let all: Vec<_> = all.collect();
    let name = |&(panel, i): &(usize, usize)| format_ident!("a{}", panel * (lanes / vector) + i);
    let at = |panel: usize| index(&[(&quote!(panel), 1)], panel, 0);
    let begin = all.iter().map(|of| {
        let (a, at) = (name(of), at(of.0));
        let bias = part(quote!(b[#at]), of.1);
        quote! { let mut #a = v::load(#bias); }
    });
    let rows = (0..panels).map(|panel| {
        let (w, at) = (format_ident!("w{panel}"), at(panel));
        quote! { let #w = &w[#at]; }
    });
    let steps = all.iter().map(|of| {
        let (a, w) = (name(of), format_ident!("w{}", of.0));
        let weights = part(quote!(#w[i]), of.1);
        quote! { #a = v::mul_add(x, v::load(#weights), #a); }
    });
    let stores = all.iter().map(|of| {
        let a = name(of);
        let epilogue = activate_vector(&a, &dense.epilogue, rt);
        let place = index(&[(&quote!(panel), lanes)], of.0 * lanes + of.1 * vector, 0);
        let count = units.saturating_sub(of.1 * vector).min(vector);
        if count == 0 {
            return TokenStream::new();
        }
        if count == vector {
            return quote! { #epilogue v::store(#rt::at_mut(y, #place), #a); };
        }
        let count = int(count);
        quote! { #epilogue v::store_first(#rt::part_mut(y, #place, #count), #a); }
    });
    quote! {
        #(#begin)*
        #(#rows)*
        for i in 0..#inputs {
            let x = v::splat(x[i]);
            #(#steps)*
        }
        #(#stores)*
    }
}

/// Units side by side, each with its vectors of partial sums over the inputs.
fn over_inputs(dense: &Dense, sums: usize, context: &Context<'_>) -> TokenStream {
    let (units, rt) = (dense.op.units, context.rt);
    let mut first = 0;
    let tiles = even(units, context.isa.columns() / sums).into_iter().map(|(count, n)| {
        let inside = products(dense, n, sums, context);
        let unit = index(&[(&quote!(tile), n)], first, 0);
        first += count * n;
        let count = int(count);
        quote! { for tile in 0..#count { let unit = #unit; #inside } }
    });
    let tiles: Vec<_> = tiles.collect();
    let (v, inputs) = (vectors_of(context), int(dense.x.shape.len()));
    let epilogue = activate(&quote!(y), &dense.epilogue, rt);
    let body = quote! {
        #v
        let w = w.as_chunks::<#inputs>().0;
        #(#tiles)*
        #epilogue
    };
    function(context, &[dense.x], &[dense.y], &body)
}

/// So many units from `unit` on.
fn products(dense: &Dense, units: usize, sums: usize, context: &Context<'_>) -> TokenStream {
    let (rt, inputs, lanes) = (context.rt, dense.x.shape.len(), context.isa.lanes());
    let a = |unit: usize, sum: usize| format_ident!("a{unit}_{sum}");
    let unit = |unit: usize| index(&[(&quote!(unit), 1)], unit, 0);
    let begin = (0..units).map(|n| {
        let (w, unit) = (format_ident!("w{n}"), unit(n));
        let names = (0..sums).map(|sum| a(n, sum));
        quote! { let #w = &w[#unit]; #(let mut #names = v::splat(0.0);)* }
    });
    // A vector of inputs from `first` on, all of it or its first lanes.
    let step = |sum: usize, first: &TokenStream, count: usize| {
        let load = |of: TokenStream| {
            if count == lanes {
                return quote!(v::load(#rt::at(#of, #first)));
            }
            let count = int(count);
            quote!(v::load_first(#rt::part(#of, #first, #count)))
        };
        let pixels = load(quote!(x));
        let steps = (0..units).map(|n| {
            let (a, w) = (a(n, sum), format_ident!("w{n}"));
            let w = load(quote!(#w));
            quote! { #a = v::mul_add(inputs, #w, #a); }
        });
        quote! { let inputs = #pixels; #(#steps)* }
    };
    let (whole, rest) = (inputs / (lanes * sums), inputs % (lanes * sums));
    let together = (0..sums)
        .map(|sum| step(sum, &index(&[(&quote!(i), lanes * sums)], sum * lanes, 0), lanes));
    let count = int(whole);
    let together = quote! { for i in 0..#count { #(#together)* } };
    let behind = (0..rest.div_ceil(lanes)).map(|sum| {
        let first = int(inputs - rest + sum * lanes);
        step(sum, &quote!(#first), (rest - sum * lanes).min(lanes))
    });
    let stores = (0..units).map(|n| {
        let (unit, first) = (unit(n), a(n, 0));
        let sum = (1..sums).fold(quote!(#first), |sum, more| {
            let more = a(n, more);
            quote!(v::add(#sum, #more))
        });
        quote! { y[#unit] = v::sum(#sum) + b[#unit]; }
    });
    quote! { #(#begin)* #together #(#behind)* #(#stores)* }
}
