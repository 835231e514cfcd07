//! A fully connected layer over several samples: its result, `d_x`, which is the result of the turned
//! weights, and the gradients of its weights. Each weight is read once for all samples.
//!
//! Operands lie one behind the other, results too. Vectors lie where the forward kernel of inference
//! has them: over units, or over inputs.

use super::{over_channels, panel_row};
use crate::emit::layers::window::even;
use crate::emit::layers::{Context, Parameters, vectors_of};
use crate::emit::print::{index, int};
use crate::plan::layers::dense::lanes as lanes_of;
use crate::plan::layers::gradient::{Gradient, SAMPLES};
use crate::plan::layers::{PANEL, View};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Panels that are read side by side.
const PANELS: usize = 4;

/// A kernel in the making.
struct Dense<'a> {
    inputs: usize,
    units: usize,
    context: &'a Context<'a>,
}

/// The text of the result, or of `d_x`.
pub(super) fn emit(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [inputs, units] = [kernel.xs[0], kernel.ys[0]].map(|view: View| view.shape.len());
    let dense = Dense { inputs, units, context };
    let sums =
        if lanes_of(units, inputs) == PANEL { dense.over_units() } else { dense.over_inputs() };
    let (v, inputs) = (vectors_of(context), int(inputs));
    let body = quote! {
        #v
        let x = x.as_chunks::<#inputs>().0;
        #sums
    };
    function(kernel, context, &body)
}

/// The text of the gradients.
pub(super) fn weights(kernel: &Gradient, context: &Context<'_>) -> TokenStream {
    let [inputs, units] = [kernel.xs[0], kernel.xs[1]].map(|view: View| view.shape.len());
    let dense = Dense { inputs, units, context };
    let over_units = lanes_of(units, inputs) == PANEL;
    let weights = if over_units { dense.weights_over_units() } else { dense.weights_over_inputs() };
    let bias = if context.gradients.len() > 1 { dense.bias() } else { TokenStream::new() };
    let (v, inputs, units) = (vectors_of(context), int(inputs), int(units));
    let body = quote! {
        #v
        let x = x0.as_chunks::<#inputs>().0;
        let d_y = x1.as_chunks::<#units>().0;
        #weights
        #bias
    };
    function(kernel, context, &body)
}

/// A kernel whose operands and results are several samples'.
fn function(kernel: &Gradient, context: &Context<'_>, body: &TokenStream) -> TokenStream {
    Parameters::of_samples(context, &kernel.xs, &kernel.ys, SAMPLES).function(&context.name, body)
}

/// An accumulator of a sample.
fn accumulator(s: usize, n: usize) -> Ident {
    format_ident!("a{s}_{n}")
}

impl Dense<'_> {
    fn has_bias(&self) -> bool {
        self.context.weights.len() > 1
    }

    /// `lanes` numbers at vector `n` of `of`.
    fn load(&self, of: &TokenStream, lanes: usize) -> TokenStream {
        let (rt, place) = (self.context.rt, index(&[(&quote!(n), self.context.isa.lanes())], 0, 0));
        if lanes == self.context.isa.lanes() {
            return quote!(v::load(#rt::at(#of, #place)));
        }
        let count = int(lanes);
        quote!(v::load_first(#rt::part(#of, #place, #count)))
    }

    /// Accumulators are vectors of units, of several panels and every sample.
    fn over_units(&self) -> TokenStream {
        let isa = self.context.isa;
        let (whole, rest) = (self.units / PANEL, self.units % PANEL);
        let width = PANEL / isa.lanes();
        let mut first = 0;
        let tiles = even(whole, (isa.columns() / (width * SAMPLES)).clamp(1, PANELS));
        let tiles: Vec<_> = (tiles.into_iter())
            .map(|(count, panels)| {
                let inside = self.panels(panels, PANEL);
                let panel = index(&[(&quote!(tile), panels)], first, 0);
                first += count * panels;
                let count = int(count);
                quote! { for tile in 0..#count { let panel = #panel; #inside } }
            })
            .collect();
        let last = (rest > 0).then(|| {
            let (inside, panel) = (self.panels(1, rest), int(whole));
            quote! { { let panel = #panel; #inside } }
        });
        let (lanes, inputs) = (int(PANEL), int(self.inputs));
        let bias = self.has_bias().then(|| quote! { let b = b.as_chunks::<#lanes>().0; });
        quote! {
            let w = w.as_chunks::<#lanes>().0.as_chunks::<#inputs>().0;
            #bias
            #(#tiles)*
            #last
        }
    }

    /// So many panels from `panel` on; so many units of the last one.
    fn panels(&self, panels: usize, units: usize) -> TokenStream {
        let (rt, lanes) = (self.context.rt, self.context.isa.lanes());
        let width = PANEL / lanes;
        let vectors = (panels - 1) * width + units.div_ceil(lanes);
        let each = || (0..SAMPLES).flat_map(|s| (0..vectors).map(move |n| (s, n)));
        let of = |panel: TokenStream, n: usize| {
            let first = int(n % width * lanes);
            if width == 1 { quote!(&#panel) } else { quote!(#rt::at(&#panel, #first)) }
        };
        let at = |n: usize| index(&[(&quote!(panel), 1)], n / width, 0);
        let begin = each().map(|(s, n)| {
            let (a, at) = (accumulator(s, n), at(n));
            let bias = of(quote!(b[#at]), n);
            let bias = if self.has_bias() { quote!(v::load(#bias)) } else { quote!(v::splat(0.0)) };
            quote! { let mut #a = #bias; }
        });
        let rows = (0..panels).map(|panel| {
            let (w, at) = (format_ident!("w{panel}"), at(panel * width));
            quote! { let #w = &w[#at]; }
        });
        let loads = (0..vectors).map(|n| {
            let (w, panel) = (format_ident!("v{n}"), format_ident!("w{}", n / width));
            let weights = of(quote!(#panel[i]), n);
            quote! { let #w = v::load(#weights); }
        });
        let steps = (0..SAMPLES).map(|s| {
            let s_int = int(s);
            let steps = (0..vectors).map(|n| {
                let (a, w) = (accumulator(s, n), format_ident!("v{n}"));
                quote! { #a = v::mul_add(input, #w, #a); }
            });
            quote! { let input = v::splat(x[#s_int][i]); #(#steps)* }
        });
        let stores = each().map(|(s, n)| {
            let a = accumulator(s, n);
            let place = index(&[(&quote!(panel), PANEL)], s * self.units + n * lanes, 0);
            let count = ((panels - 1) * PANEL + units - n * lanes).min(lanes);
            if count == lanes {
                return quote! { v::store(#rt::at_mut(y, #place), #a); };
            }
            let count = int(count);
            quote! { v::store_first(#rt::part_mut(y, #place, #count), #a); }
        });
        let inputs = int(self.inputs);
        quote! {
            #(#begin)*
            #(#rows)*
            for i in 0..#inputs { #(#loads)* #(#steps)* }
            #(#stores)*
        }
    }

    /// Accumulators are partial sums over inputs, of several units and every sample.
    fn over_inputs(&self) -> TokenStream {
        let mut first = 0;
        let tiles = even(self.units, (self.context.isa.columns() / SAMPLES).max(2));
        let tiles: Vec<_> = (tiles.into_iter())
            .map(|(count, units)| {
                let inside = self.products(units);
                let unit = index(&[(&quote!(tile), units)], first, 0);
                first += count * units;
                let count = int(count);
                quote! { for tile in 0..#count { let unit = #unit; #inside } }
            })
            .collect();
        let inputs = int(self.inputs);
        quote! { let w = w.as_chunks::<#inputs>().0; #(#tiles)* }
    }

    /// So many units from `unit` on.
    fn products(&self, units: usize) -> TokenStream {
        let each = || (0..SAMPLES).flat_map(|s| (0..units).map(move |u| (s, u)));
        let unit = |u: usize| index(&[(&quote!(unit), 1)], u, 0);
        let begin = each().map(|(s, u)| {
            let a = accumulator(s, u);
            quote! { let mut #a = v::splat(0.0); }
        });
        let rows = (0..units).map(|u| {
            let (w, unit) = (format_ident!("w{u}"), unit(u));
            quote! { let #w = &w[#unit]; }
        });
        let sums = over_channels(self.inputs, self.context, |lanes| {
            let loads = (0..SAMPLES).map(|s| {
                let (x, of) = (format_ident!("x{s}"), int(s));
                let load = self.load(&quote!(&x[#of]), lanes);
                quote! { let #x = #load; }
            });
            let steps = (0..units).map(|u| {
                let w = format_ident!("w{u}");
                let load = self.load(&quote!(#w), lanes);
                let steps = (0..SAMPLES).map(|s| {
                    let (a, x) = (accumulator(s, u), format_ident!("x{s}"));
                    quote! { #a = v::mul_add(#x, weights, #a); }
                });
                quote! { let weights = #load; #(#steps)* }
            });
            quote! { #(#loads)* #(#steps)* }
        });
        let stores = each().map(|(s, u)| {
            let (a, unit) = (accumulator(s, u), unit(u));
            let place = index(&[(&quote!(unit), 1)], s * self.units + u, 0);
            let bias = self.has_bias().then(|| quote!(+ b[#unit]));
            quote! { y[#place] = v::sum(#a) #bias; }
        });
        quote! { #(#begin)* #(#rows)* #sums #(#stores)* }
    }

    /// `d_y` of every sample, as vectors of units, or numbers of unit `unit`, times the inputs.
    fn weights_over_units(&self) -> TokenStream {
        let (rt, lanes) = (self.context.rt, self.context.isa.lanes());
        let place = panel_row(self.inputs, &quote!(i), lanes);
        let inputs = int(self.inputs);
        over_channels(self.units, self.context, |count| {
            let loads = (0..SAMPLES).map(|s| {
                let (d, of) = (format_ident!("d{s}"), int(s));
                let load = self.load(&quote!(&d_y[#of]), count);
                quote! { let #d = #load; }
            });
            let steps = (0..SAMPLES).map(|s| {
                let (d, s) = (format_ident!("d{s}"), int(s));
                quote! { sum = v::mul_add(v::splat(x[#s][i]), #d, sum); }
            });
            quote! {
                #(#loads)*
                for i in 0..#inputs {
                    let to = #rt::at_mut(d_w, #place);
                    let mut sum = v::load(to);
                    #(#steps)*
                    v::store(to, sum);
                }
            }
        })
    }

    fn weights_over_inputs(&self) -> TokenStream {
        let (rt, lanes) = (self.context.rt, self.context.isa.lanes());
        let place = index(&[(&quote!(unit), self.inputs), (&quote!(n), lanes)], 0, 0);
        let units = int(self.units);
        over_channels(self.inputs, self.context, |count| {
            let loads = (0..SAMPLES).map(|s| {
                let (x, of) = (format_ident!("x{s}"), int(s));
                let load = self.load(&quote!(&x[#of]), count);
                quote! { let #x = #load; }
            });
            let steps = (0..SAMPLES).map(|s| {
                let (x, s) = (format_ident!("x{s}"), int(s));
                quote! { sum = v::mul_add(#x, v::splat(d_y[#s][unit]), sum); }
            });
            let int_count = int(count);
            let (to, load, store) = if count == lanes {
                (quote!(#rt::at_mut(d_w, #place)), quote!(v::load(to)), quote!(v::store(to, sum)))
            } else {
                (
                    quote!(#rt::part_mut(d_w, #place, #int_count)),
                    quote!(v::load_first(to)),
                    quote!(v::store_first(to, sum)),
                )
            };
            quote! {
                #(#loads)*
                for unit in 0..#units {
                    let to = #to;
                    let mut sum = #load;
                    #(#steps)*
                    #store;
                }
            }
        })
    }

    /// The sums of `d_y`.
    fn bias(&self) -> TokenStream {
        let (units, samples) = (int(self.units), int(SAMPLES));
        quote! {
            for unit in 0..#units {
                for s in 0..#samples { d_b[unit] += d_y[s][unit]; }
            }
        }
    }
}
