//! The sums over channels: for every position a product of matrices, tiles times filters.

use super::Text;
use crate::emit::layers::window::even;
use crate::emit::print::{index, int, repeated};
use crate::plan::layers::PANEL;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn emit(text: &Text<'_>) -> TokenStream {
    let (rt, sizes) = (text.context.rt, &text.sizes);
    let channels = text.conv.x.shape.channels();
    let tile = sizes.tile(text.context.isa);
    let mut first = 0;
    let tiles = even(sizes.tiles, tile.pixels).into_iter().map(|(count, pixels)| {
        let place = index(&[(&quote!(group), pixels)], first, 0);
        first += count * pixels;
        let inside = sum(text, pixels);
        repeated("group", count, &quote! { let tile = #place; #inside })
    });
    let positions = int(text.tile.positions());
    let (x_step, y_step) = (int(sizes.input_step), int(sizes.output_step));
    let x_len = int(sizes.blocks * sizes.tiles * PANEL);
    let y_len = int(sizes.panels * sizes.tiles * PANEL);
    let w_len = int(sizes.panels * channels);
    let (step, lanes) = (int(text.panels()), int(PANEL));
    let panel = index(&[(&quote!(step), text.panels())], 0, 0);
    let body = quote! {
        let w = w.as_chunks::<#lanes>().0;
        for position in 0..#positions {
            let x = #rt::at::<f32, #x_len>(tiles, position * #x_step);
            let y = #rt::at_mut::<#y_len>(sums, position * #y_step);
            let w = #rt::at::<[f32; #lanes], #w_len>(w, position * #w_len);
            for step in panels.start / #step..panels.end / #step {
                let panel = #panel;
                #(#tiles)*
            }
        }
    };
    let parameters = quote! {
        tiles: &[f32], w: &[f32], panels: ::core::ops::Range<usize>, sums: &mut [f32]
    };
    text.function("sums", &parameters, &body)
}

/// So many tiles times the vectors of a step.
fn sum(text: &Text<'_>, pixels: usize) -> TokenStream {
    let (rt, sizes) = (text.context.rt, &text.sizes);
    let channels = text.conv.x.shape.channels();
    // Vectors: the panel and where in it.
    let vectors: Vec<(usize, usize)> =
        (0..text.panels()).flat_map(|panel| text.vectors().map(move |v| (panel, v))).collect();
    let all = |pixel: usize| {
        let vectors = vectors.iter().enumerate();
        vectors.map(move |(i, at)| (format_ident!("a{pixel}_{i}"), i, *at))
    };
    let begin = (0..pixels).flat_map(all).map(|(a, ..)| {
        quote! { let mut #a = v::splat(0.0); }
    });
    let block = |lanes: usize, block: &TokenStream| {
        let place = index(&[(block, sizes.tiles * PANEL), (&quote!(tile), PANEL)], 0, 0);
        let span = int((pixels - 1) * PANEL + lanes);
        let (lanes, width) = (int(lanes), int(PANEL));
        let panels = (0..text.panels()).map(|panel| {
            let w = format_ident!("w{panel}");
            let terms = [(&quote!(panel), channels), (block, PANEL)];
            let place = index(&terms, panel * channels, 0);
            quote! { let #w = #rt::at::<[f32; #width], #lanes>(w, #place); }
        });
        let filters = vectors.iter().enumerate().map(|(i, (panel, vector))| {
            let (f, w, vector) = (format_ident!("f{i}"), format_ident!("w{panel}"), int(*vector));
            quote! { let #f = v::load(#rt::at(&#w[i], #vector)); }
        });
        let steps = (0..pixels).map(|pixel| {
            let place = index(&[(&quote!(i), 1)], pixel * PANEL, 0);
            let steps = all(pixel).map(|(a, i, _)| {
                let f = format_ident!("f{i}");
                quote! { #a = v::mul_add(value, #f, #a); }
            });
            quote! { let value = v::splat(x[#place]); #(#steps)* }
        });
        quote! {
            let x = #rt::at::<f32, #span>(x, #place);
            #(#panels)*
            for i in 0..#lanes { #(#filters)* #(#steps)* }
        }
    };
    let (whole, rest) = (channels / PANEL, channels % PANEL);
    let (inside, count) = (block(PANEL, &quote!(block)), int(whole));
    let mut code = quote! { for block in 0..#count { #inside } };
    if rest > 0 {
        let inside = block(rest, &quote!(block));
        code.extend(quote! { { let block = #count; #inside } });
    }
    // What a panel has of the sums is one array, so that its ends are looked at once.
    let stores = (0..text.panels()).map(|panel| {
        let terms = [(&quote!(panel), sizes.tiles * PANEL), (&quote!(tile), PANEL)];
        let from = index(&terms, panel * sizes.tiles * PANEL, 0);
        let stores = (0..pixels).flat_map(|pixel| all(pixel).map(move |a| (pixel, a)));
        let stores = stores.filter(|(_, (_, _, at))| at.0 == panel).map(|(pixel, (a, _, at))| {
            let place = int(pixel * PANEL + at.1);
            quote! { v::store(#rt::at_mut(y, #place), #a); }
        });
        let written = int(pixels * PANEL);
        quote! { { let y = #rt::at_mut::<#written>(y, #from); #(#stores)* } }
    });
    quote! { #(#begin)* #code #(#stores)* }
}
