//! Tiles of neighbouring pixels times vectors of filters.

use super::{Sizes, window};
use crate::emit::layers::blocks::{clear_sides, row, units};
use crate::emit::layers::window::{Tile, Window};
use crate::emit::layers::{Context, activate_vector, rows_function, vectors_of};
use crate::emit::print::{index, int, numbered, repeated};
use crate::plan::layers::View;
use crate::plan::layers::conv::Conv;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

/// The text over channels.
pub(super) fn emit(conv: &Conv, lanes: usize, context: &Context<'_>) -> TokenStream {
    let groups = conv.op.groups;
    let window = window(conv);
    let sizes = Sizes::new(window.input[2], window.output[2], groups, conv.op.kernel, lanes);
    let kernel = Channels { conv, window, sizes, lanes, context };
    let pixels = conv.tile(context.isa).pixels;
    let l = int(lanes);
    let operands = 1 + usize::from(conv.summand.is_some());
    let summand = conv.summand.map(|view| {
        let row = row(&quote!(x1), view, &quote!(p));
        quote! { let summand = #row; }
    });
    let body = if conv.panels_outside() {
        kernel.over_panels(|vectors| {
            let row = kernel.window.row(pixels, |at| kernel.tile(vectors, at));
            quote! { for p in y.rows() { let out = y.row(p); #summand #row } }
        })
    } else {
        let tile = |at: &Tile<'_>| kernel.over_panels(|vectors| kernel.tile(vectors, at));
        let row = kernel.window.row(pixels, tile);
        quote! { for p in y.rows() { let out = y.row(p); #summand #row } }
    };
    let (v, clear) = (vectors_of(context), clear_sides(conv.y, context.rt));
    let (units, turns) = (units(conv.y), kernel.turns());
    let body = quote! {
        #v
        let w = w.as_chunks::<#l>().0;
        let b = b.as_chunks::<#l>().0;
        #units
        #turns
        #clear
        #body
    };
    rows_function(context, operands, &body)
}

/// The vectors of a tile: so many panels, each of `width` vectors, the last of them of `last` lanes.
struct Vectors {
    panels: usize,
    width: usize,
    last: usize,
}

impl Vectors {
    /// Panel and vector in it, one after the other.
    fn each(&self) -> impl Iterator<Item = (usize, usize)> {
        let width = self.width;
        (0..self.panels).flat_map(move |panel| (0..width).map(move |vector| (panel, vector)))
    }

    /// The name of a tile's accumulator.
    fn accumulator(&self, pixel: usize, (panel, vector): (usize, usize)) -> Ident {
        format_ident!("a{pixel}_{}", panel * self.width + vector)
    }
}

/// What lies side by side in the operand and is summed in one loop.
#[derive(Clone, Copy)]
enum Run {
    /// All taps of a row, with their channels.
    Taps,
    /// The channels of tap `s`.
    Channels,
    /// The channels of block `block` at tap `s`.
    Block,
}

/// A convolution in the making.
struct Channels<'a> {
    conv: &'a Conv,
    window: Window,
    sizes: Sizes,
    /// Width of a panel.
    lanes: usize,
    context: &'a Context<'a>,
}

impl Channels<'_> {
    /// `body` for the panels of a tile at a time: `n`, the panel in its group, and `panel`, the one
    /// among all, are bound. Only the last panel of a dense value is told to have fewer lanes.
    fn over_panels(&self, body: impl Fn(&Vectors) -> TokenStream) -> TokenStream {
        let (isa, groups) = (self.context.isa, self.conv.op.groups);
        let tile = self.conv.tile(isa);
        let width = self.lanes / isa.lanes();
        let at_a_time = (tile.vectors / width).max(1);
        let [_, units] = self.conv.y.layout.units(self.conv.y.shape);
        let blocked = !self.conv.y.layout.is_flat(self.conv.y.shape);
        let whole = if blocked { self.sizes.panels } else { self.sizes.k / self.lanes };
        let full = |panels| Vectors { panels, width, last: isa.lanes() };
        let (n, several) = (int(self.sizes.panels), int(at_a_time));
        let panel = if groups == 1 { quote!(n) } else { quote!(group * #n + n) };
        let shared = units > 1 && groups == 1;
        let (times, rest) = (whole / at_a_time, whole % at_a_time);
        let mut code = TokenStream::new();
        if times > 0 {
            let inside = body(&full(at_a_time));
            let first = index(&[(&quote!(block), at_a_time)], 0, 0);
            let times = int(times);
            let range = match (shared, at_a_time, rest) {
                (false, _, _) => quote!(0..#times),
                (true, 1, _) => quote!(units.clone()),
                (true, _, _) => quote!(units.start / #several..units.end / #several),
            };
            code.extend(
                quote! { for block in #range { let n = #first; let panel = #panel; #inside } },
            );
        }
        let mut last = |panels: &Vectors, first: usize| {
            let (inside, first) = (body(panels), int(first));
            let text = quote! { let n = #first; let panel = #panel; #inside };
            code.extend(if shared {
                quote! { if units.end == #n { #text } }
            } else {
                quote! { { #text } }
            });
        };
        if rest > 0 {
            last(&full(rest), whole - rest);
        }
        if whole < self.sizes.panels {
            let lanes = self.sizes.k % self.lanes;
            let width = lanes.div_ceil(isa.lanes());
            last(&Vectors { panels: 1, width, last: lanes - (width - 1) * isa.lanes() }, whole);
        }
        if groups == 1 {
            return code;
        }
        let g = int(groups);
        quote! { for group in 0..#g { #code } }
    }

    /// A part of a panel as an array.
    fn part(&self, of: &TokenStream, vector: usize) -> TokenStream {
        let (rt, lanes) = (self.context.rt, self.context.isa.lanes());
        if lanes == self.lanes {
            return quote!(&#of);
        }
        let first = int(vector * lanes);
        quote!(#rt::at(&#of, #first))
    }

    fn tile(&self, vectors: &Vectors, tile: &Tile<'_>) -> TokenStream {
        let each = || (0..tile.pixels).flat_map(|pixel| vectors.each().map(move |v| (pixel, v)));
        let biases = vectors.each().map(|at| {
            let name = format_ident!("bias{}", at.0 * vectors.width + at.1);
            let panel = index(&[(&quote!(panel), 1)], at.0, 0);
            let part = self.part(&quote!(b[#panel]), at.1);
            quote! { let #name = v::load(#part); }
        });
        let begin = each().map(|(pixel, at)| {
            let a = vectors.accumulator(pixel, at);
            let bias = format_ident!("bias{}", at.0 * vectors.width + at.1);
            quote! { let mut #a = #bias; }
        });
        let sum = self.sum(vectors, tile);
        let stores = self.stores(vectors, tile);
        quote! { #(#biases)* #(#begin)* #sum #stores }
    }

    /// The epilogue of a tile's accumulators, and their stores. What the tile spans of the result, and
    /// of the summand, is one array each, so that its ends are looked at once.
    fn stores(&self, vectors: &Vectors, tile: &Tile<'_>) -> TokenStream {
        let (rt, y) = (self.context.rt, self.conv.y);
        let summand = self.conv.summand.map(|view| {
            let (place, span) = self.span(view, false, vectors, tile);
            quote! { let summand = #rt::at::<f32, #span>(summand, #place); }
        });
        let (place, span) = self.span(y, true, vectors, tile);
        let each = (0..tile.pixels).flat_map(|pixel| vectors.each().map(move |at| (pixel, at)));
        let stores = each.map(|(pixel, at)| {
            let a = vectors.accumulator(pixel, at);
            let add = self.add(vectors, pixel, at);
            let epilogue = activate_vector(&a, &self.conv.epilogue, rt);
            let store = self.store(vectors, pixel, at);
            quote! { #add #epilogue #store }
        });
        quote! { #summand let out = #rt::at_mut::<#span>(out, #place); #(#stores)* }
    }

    /// The multiply-adds of a tile at one tap and channel `i`; pixels lie `apart`.
    fn step(&self, vectors: &Vectors, pixels: usize, apart: usize) -> TokenStream {
        let filter = |(panel, vector): (usize, usize)| {
            format_ident!("filter{}", panel * vectors.width + vector)
        };
        let loads = vectors.each().map(|at| {
            let (name, panel) = (filter(at), numbered("w", at.0, vectors.panels));
            let part = self.part(&quote!(#panel[i]), at.1);
            quote! { let #name = v::load(#part); }
        });
        let steps = (0..pixels).map(|pixel| {
            let x = index(&[(&quote!(i), 1)], pixel * apart, 0);
            let steps = vectors.each().map(|at| {
                let (a, f) = (vectors.accumulator(pixel, at), filter(at));
                quote! { #a = v::mul_add(pixel, #f, #a); }
            });
            quote! { let pixel = v::splat(x[#x]); #(#steps)* }
        });
        quote! { #(#loads)* #(#steps)* }
    }

    /// The loops over the taps and channels of a tile, in the order r, s, c.
    fn sum(&self, vectors: &Vectors, tile: &Tile<'_>) -> TokenStream {
        let Self { conv, window, sizes, .. } = self;
        let [_, s] = conv.op.kernel;
        let (layout, shape) = (conv.x.layout, conv.x.shape);
        let flat = layout.is_flat(shape);
        let merged = tile.columns.is_none() && self.merges();
        let inside = if merged {
            self.run(vectors, tile, Run::Taps, s * sizes.c)
        } else if flat {
            self.run(vectors, tile, Run::Channels, sizes.c)
        } else {
            let (whole, rest) = (sizes.c / layout.lanes, sizes.c % layout.lanes);
            let mut code = TokenStream::new();
            if whole > 0 {
                let all = self.run(vectors, tile, Run::Block, layout.lanes);
                code.extend(repeated("block", whole, &all));
            }
            if rest > 0 {
                let (last, block) = (self.run(vectors, tile, Run::Block, rest), int(whole));
                code.extend(quote! { { let block = #block; #last } });
            }
            code
        };
        let x = numbered("x", 0, 1 + usize::from(conv.summand.is_some()));
        let x = quote!(#x);
        let inside = if merged {
            inside
        } else {
            match &tile.columns {
                Some(columns) => quote! { for s in #columns { #inside } },
                None => repeated("s", s, &inside),
            }
        };
        let row = row(&x, conv.x, &window.height());
        window.over_rows(&quote! { let row = #row; #inside })
    }

    /// Whether neighbouring taps of a pixel, whose channels lie side by side, are one run.
    fn merges(&self) -> bool {
        let conv = self.conv;
        let near = conv.op.dilation[1] == 1 || conv.op.kernel[1] == 1;
        near && conv.op.groups == 1 && conv.x.layout.is_flat(conv.x.shape)
    }

    /// Whether neighbouring pixels see the same elements in a merged run.
    fn shares_taps(&self) -> bool {
        self.merges() && self.conv.op.kernel[1] > self.conv.op.stride[1]
    }

    /// Steps of a run whose loop must stay one: LLVM would unroll it, keep what pixels share in
    /// registers, and the sums on the stack.
    fn turns(&self) -> TokenStream {
        if !self.shares_taps() {
            return TokenStream::new();
        }
        let (rt, run) = (self.context.rt, int(self.conv.op.kernel[1] * self.sizes.c));
        quote! { let turns = #rt::turns::<#run>(); }
    }

    /// The steps over `len` neighbours.
    fn run(&self, vectors: &Vectors, tile: &Tile<'_>, run: Run, len: usize) -> TokenStream {
        let Self { conv, window, sizes, lanes, context } = self;
        let rt = context.rt;
        let (layout, shape) = (conv.x.layout, conv.x.shape);
        let (s_name, block) = (quote!(s), quote!(block));
        let (tap, filters_of_tap) = match run {
            Run::Taps => (None, 0),
            Run::Channels | Run::Block => (Some(&s_name), sizes.c),
        };
        let (block_of_x, filters_of_block) = match run {
            Run::Taps | Run::Channels => (0, 0),
            Run::Block => (layout.block(shape), layout.lanes),
        };
        let group = match (conv.op.groups, layout.is_flat(shape)) {
            (1, _) => 0,
            (_, true) => sizes.c,
            (_, false) => sizes.c / layout.lanes * layout.block(shape),
        };
        let first = window.place(tile.q, tap);
        let place = index(&[(&first, 1), (&quote!(group), group), (&block, block_of_x)], 0, 0);
        let apart = conv.op.stride[1] * window.column_step();
        let span = int((tile.pixels - 1) * apart + len);
        let [_, s] = conv.op.kernel;
        let panels = (0..vectors.panels).map(|panel| {
            let name = numbered("w", panel, vectors.panels);
            let terms = [
                (&quote!(panel), sizes.taps),
                (&quote!(r), s * sizes.c),
                (&s_name, filters_of_tap),
                (&block, filters_of_block),
            ];
            let place = index(&terms, panel * sizes.taps, 0);
            let (l, len) = (int(*lanes), int(len));
            quote! { let #name = #rt::at::<[f32; #l], #len>(w, #place); }
        });
        let count = match run {
            Run::Taps if self.shares_taps() => quote!(turns),
            Run::Taps | Run::Channels | Run::Block => int(len).into_token_stream(),
        };
        let step = self.step(vectors, tile.pixels, apart);
        quote! {
            let x = #rt::at::<f32, #span>(row, #place);
            #(#panels)*
            for i in 0..#count { #step }
        }
    }

    /// Where a tile begins in a row of a value of the result's shape, in a part or whole, and how far
    /// it reaches.
    fn span(
        &self,
        view: View,
        in_part: bool,
        vectors: &Vectors,
        tile: &Tile<'_>,
    ) -> (TokenStream, Literal) {
        let View { shape, layout } = view;
        let [unit, units] = layout.units(shape);
        let shared = in_part && units > 1 && self.conv.op.groups == 1;
        let n = if shared { quote!((n - units.start)) } else { quote!(n) };
        let group = match (self.conv.op.groups, layout.is_flat(shape)) {
            (1, _) => 0,
            (_, false) => self.sizes.panels * unit,
            (_, true) => self.sizes.k,
        };
        let terms =
            [(tile.q, layout.column()), (&quote!(group), group), (&n, self.between_panels(view))];
        let place = index(&terms, layout.left * layout.column(), 0);
        let last = (vectors.panels - 1, vectors.width - 1);
        let width = self.lanes_of(view, vectors, last).unwrap_or(self.context.isa.lanes());
        (place, int(self.place(view, tile.pixels - 1, last) + width))
    }

    /// From a panel of a pixel to the next one.
    fn between_panels(&self, View { shape, layout }: View) -> usize {
        if layout.is_flat(shape) { self.lanes } else { layout.units(shape)[0] }
    }

    /// Where a vector of a pixel lies in what a tile spans.
    fn place(&self, view: View, pixel: usize, (panel, vector): (usize, usize)) -> usize {
        let pixel = pixel * view.layout.column();
        pixel + panel * self.between_panels(view) + vector * self.context.isa.lanes()
    }

    /// How many lanes a vector has where a value's last one is not full.
    fn lanes_of(&self, view: View, vectors: &Vectors, at: (usize, usize)) -> Option<usize> {
        let is_last = at.0 + 1 == vectors.panels && at.1 + 1 == vectors.width;
        let short = is_last && vectors.last < self.context.isa.lanes();
        (short && view.layout.is_flat(view.shape)).then_some(vectors.last)
    }

    /// Adds the summand's vector.
    fn add(&self, vectors: &Vectors, pixel: usize, at: (usize, usize)) -> TokenStream {
        let Some(view) = self.conv.summand else { return TokenStream::new() };
        let (rt, a) = (self.context.rt, vectors.accumulator(pixel, at));
        let place = int(self.place(view, pixel, at));
        if let Some(count) = self.lanes_of(view, vectors, at) {
            let count = int(count);
            return quote! { #a = v::add(#a, v::load_first(#rt::part(summand, #place, #count))); };
        }
        quote! { #a = v::add(#a, v::load(#rt::at(summand, #place))); }
    }

    /// Stores a vector of a tile.
    fn store(&self, vectors: &Vectors, pixel: usize, at: (usize, usize)) -> TokenStream {
        let (rt, a) = (self.context.rt, vectors.accumulator(pixel, at));
        let place = int(self.place(self.conv.y, pixel, at));
        if let Some(count) = self.lanes_of(self.conv.y, vectors, at) {
            let count = int(count);
            return quote! { v::store_first(#rt::part_mut(out, #place, #count), #a); };
        }
        quote! { v::store(#rt::at_mut(out, #place), #a); }
    }
}
