//! Winograd's form: a strip of tiles is transformed, multiplied by the transformed filters position
//! by position, and transformed back. Three functions, and one that calls them for every strip.
//!
//! The transformed tiles and the sums lie in scratch memory as `[positions][blocks][tiles][16]`.

mod input;
mod output;
mod sums;

use crate::emit::layers::blocks::clear_sides;
use crate::emit::layers::{Context, Parameters, features, vectors_of};
use crate::emit::print::{index, int, numbered};
use crate::plan::layers::PANEL;
use crate::plan::layers::conv::Conv;
use crate::plan::layers::conv::winograd::{Sizes, Strip};
use cnn_weights::Winograd;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The text in Winograd's form.
pub(super) fn emit(
    conv: &Conv,
    tile: Winograd,
    strip: Strip,
    context: &Context<'_>,
) -> TokenStream {
    let sizes = Sizes::new(conv, tile, strip);
    let this = Text { conv, tile, strip, sizes, context };
    let (input, sums, output) = (input::emit(&this), sums::emit(&this), output::emit(&this));
    let strips = this.strips();
    quote! { #strips #input #sums #output }
}

/// What the three functions are made of.
struct Text<'a> {
    conv: &'a Conv,
    tile: Winograd,
    strip: Strip,
    sizes: Sizes,
    context: &'a Context<'a>,
}

impl Text<'_> {
    fn name(&self, part: &str) -> Ident {
        format_ident!("{}_{part}", self.context.name)
    }

    /// A function of these parameters.
    fn function(&self, part: &str, parameters: &TokenStream, body: &TokenStream) -> TokenStream {
        let (name, features) = (self.name(part), features(self.context.isa));
        let vectors = vectors_of(self.context);
        quote! {
            #features
            #[inline(never)]
            fn #name(#parameters) { #vectors #body }
        }
    }

    /// Runs a text for every vector of a block of channels; `lane` is where it begins, if there are
    /// several. One text serves them all: two would take rustc twice as long.
    fn each_vector(&self, text: &TokenStream) -> TokenStream {
        let lanes = self.context.isa.lanes();
        if lanes == PANEL {
            return text.clone();
        }
        let (count, lanes) = (int(PANEL / lanes), int(lanes));
        quote! { for vector in 0..#count { let lane = vector * #lanes; #text } }
    }

    /// A place, from the first lane of the vector on.
    fn in_block(&self, terms: &[(&TokenStream, usize)], plus: usize) -> TokenStream {
        let lane = quote!(lane);
        let several = usize::from(self.context.isa.lanes() < PANEL);
        index(&[terms, &[(&lane, several)]].concat(), plus, 0)
    }

    /// Where the vectors of a block of channels begin.
    fn vectors(&self) -> impl Iterator<Item = usize> + use<> {
        (0..PANEL).step_by(self.context.isa.lanes())
    }

    /// Length of the transformed tiles, and of the sums.
    fn lengths(&self) -> [usize; 2] {
        let positions = self.tile.positions();
        [positions * self.sizes.input_step, positions * self.sizes.output_step]
    }

    /// The panels of a part: a range.
    fn part_panels(&self) -> TokenStream {
        let all = int(self.sizes.panels);
        if self.is_blocked() && self.sizes.panels > 1 { quote!(y.units()) } else { quote!(0..#all) }
    }

    /// Panels that a tile of registers spans, so also those that a thread takes at a time.
    fn panels(&self) -> usize {
        self.conv.panels_together(self.context.isa)
    }

    /// Whether the result has blocks of channels, which can be shared out.
    fn is_blocked(&self) -> bool {
        !self.conv.y.layout.is_flat(self.conv.y.shape)
    }

    /// The function that the layer calls.
    fn strips(&self) -> TokenStream {
        let rt = self.context.rt;
        let [tiles, _] = self.lengths().map(int);
        let clear = clear_sides(self.conv.y, rt);
        let high = int(self.conv.rows_together());
        let first = index(&[(&quote!(strip), self.strip.rows)], 0, 0);
        let [input, sums, output] = ["input", "sums", "output"].map(|part| self.name(part));
        let operands = 1 + usize::from(self.conv.summand.is_some());
        let x = numbered("x", 0, operands);
        let summand = self.conv.summand.map(|_| quote!(x1,));
        let mut strip = quote! {
            #input(#x, first, left, tiles);
            #sums(tiles, w, panels.clone(), sums);
            #output(sums, #summand b, first, left, y);
        };
        let (beside, across) = (int(self.strip.beside), int(self.sizes.across));
        strip = if self.strip.beside == 1 {
            quote! { let left = 0; #strip }
        } else {
            quote! { for part in 0..#beside { let left = part * #across; #strip } }
        };
        let panels = self.part_panels();
        let body = quote! {
            let (tiles, sums) = scratch.split_at_mut(#tiles);
            let (panels, rows) = (#panels, y.rows());
            #clear
            for strip in rows.start / #high..rows.end.div_ceil(#high) {
                let first = #first;
                #strip
            }
        };
        Parameters::of_rows(self.context, operands)
            .with_scratch()
            .function(&self.context.name, &body)
    }
}
