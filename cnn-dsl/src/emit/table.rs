//! The consts of a model: how its weights are packed, and the rows of its summary.

use crate::emit::print::{float, int, long};
use crate::ir::{Row, Shape};
use crate::plan::Plan;
use cnn_weights::{Fold, Form, Pack, Role, Tensor, Winograd};
use proc_macro2::TokenStream;
use quote::quote;

/// `TABLE`, `IGNORED` and `LAYERS`.
pub(super) fn tables(plan: &Plan<'_>, runtime: &TokenStream, rt: &TokenStream) -> TokenStream {
    let table = self::table(plan, rt);
    let aux = plan.network.aux.iter().flat_map(|aux| &aux.tensors);
    let ignored: Vec<_> = aux.map(|t| tensor(t, rt)).collect();
    let rows: Vec<_> = plan.network.rows().iter().map(|r| row(r, runtime)).collect();
    let (row_count, ignored_count) = (int(rows.len()), int(ignored.len()));
    quote! {
        #table
        static IGNORED: [#rt::Tensor; #ignored_count] = [#(#ignored),*];
        static LAYERS: [#runtime::LayerInfo; #row_count] = [#(#rows),*];
    }
}

/// `TABLE`: the tensors and how they are packed, into `WEIGHTS` numbers.
pub(super) fn table(plan: &Plan<'_>, rt: &TokenStream) -> TokenStream {
    let table = &plan.weights;
    let tensors = table.tensors.iter().map(|t| tensor(t, rt));
    let packs = packs(&table.packs, rt);
    quote! {
        static TABLE: #rt::Table = #rt::Table {
            tensors: #rt::Cow::Borrowed(&[#(#tensors),*]),
            packs: #rt::Cow::Borrowed(&[#(#packs),*]),
            len: WEIGHTS,
        };
    }
}

/// Pieces, as a list's elements.
pub(super) fn packs(packs: &[Pack], rt: &TokenStream) -> Vec<TokenStream> {
    packs.iter().map(|p| pack(p, rt)).collect()
}

fn row(row: &Row, runtime: &TokenStream) -> TokenStream {
    let Row { name, kind, frozen, .. } = row;
    let outputs = row.outputs.iter().map(|&shape| sizes(shape));
    let [parameters, trainable, mult_adds] =
        [row.parameters, row.trainable, row.mult_adds].map(long);
    quote! {
        #runtime::LayerInfo::new(
            #name, #kind, &[#(&#outputs),*], [#parameters, #trainable, #mult_adds], #frozen
        )
    }
}

/// The sizes of a shape: `[28, 28, 1]`, or `[10]`.
pub(super) fn sizes(shape: Shape) -> TokenStream {
    match shape {
        Shape::Image { h, w, c } => {
            let (h, w, c) = (int(h), int(w), int(c));
            quote!([#h, #w, #c])
        }
        Shape::Vector(n) => {
            let n = int(n);
            quote!([#n])
        }
    }
}

fn tensor(tensor: &Tensor, rt: &TokenStream) -> TokenStream {
    let layer = &*tensor.layer;
    let role = role(tensor.role, rt);
    let dims = tensor.dims.iter().map(|&d| int(d));
    quote!(#rt::tensor(#layer, #role, &[#(#dims),*]))
}

fn role(role: Role, rt: &TokenStream) -> TokenStream {
    let variant = match role {
        Role::Kernel { groups } => {
            let groups = int(groups);
            quote!(Kernel { groups: #groups })
        }
        Role::DepthwiseKernel => quote!(DepthwiseKernel),
        Role::DeconvKernel { groups } => {
            let groups = int(groups);
            quote!(DeconvKernel { groups: #groups })
        }
        Role::DenseKernel { flattened } => {
            let flattened = flattened.map_or_else(
                || quote!(#rt::None),
                |[h, w, c]| {
                    let (h, w, c) = (int(h), int(w), int(c));
                    quote!(#rt::Some([#h, #w, #c]))
                },
            );
            quote!(DenseKernel { flattened: #flattened })
        }
        Role::Bias => quote!(Bias),
        Role::Gamma => quote!(Gamma),
        Role::Beta => quote!(Beta),
        Role::MovingMean => quote!(MovingMean),
        Role::MovingVariance => quote!(MovingVariance),
        Role::Alpha => quote!(Alpha),
    };
    quote!(#rt::Role::#variant)
}

fn pack(pack: &Pack, rt: &TokenStream) -> TokenStream {
    let (offset, len) = (int(pack.offset), int(pack.len));
    let form = form(&pack.form, rt);
    quote!(#rt::pack(#offset, #len, #form))
}

fn form(form: &Form, rt: &TokenStream) -> TokenStream {
    let variant = match form {
        Form::Panels { kernel, fold, groups, lanes } => {
            let (kernel, groups, lanes) = (int(*kernel), int(*groups), int(*lanes));
            let fold = optional(fold.as_ref().map(|f| self::fold(f, rt)), rt);
            quote!(Panels { kernel: #kernel, fold: #fold, groups: #groups, lanes: #lanes })
        }
        Form::Winograd { kernel, fold, lanes, tile } => {
            let (kernel, lanes) = (int(*kernel), int(*lanes));
            let fold = optional(fold.as_ref().map(|f| self::fold(f, rt)), rt);
            let tile = match tile {
                Winograd::F2 => quote!(F2),
                Winograd::F4 => quote!(F4),
            };
            quote! {
                Winograd {
                    kernel: #kernel, fold: #fold, lanes: #lanes, tile: #rt::Winograd::#tile
                }
            }
        }
        Form::Turned { kernel, groups, lanes } => {
            let (kernel, groups, lanes) = (int(*kernel), int(*groups), int(*lanes));
            quote!(Turned { kernel: #kernel, groups: #groups, lanes: #lanes })
        }
        Form::TurnedTaps { kernel, lanes } => {
            let (kernel, lanes) = (int(*kernel), int(*lanes));
            quote!(TurnedTaps { kernel: #kernel, lanes: #lanes })
        }
        Form::Batch { mean } => {
            let mean = int(*mean);
            quote!(Batch { mean: #mean })
        }
        Form::Taps { kernel, fold, lanes } => {
            let (kernel, lanes) = (int(*kernel), int(*lanes));
            let fold = optional(fold.as_ref().map(|f| self::fold(f, rt)), rt);
            quote!(Taps { kernel: #kernel, fold: #fold, lanes: #lanes })
        }
        Form::Bias { bias, fold, channels, groups, lanes } => {
            let bias = bias.map(|b| {
                let b = int(b);
                quote!(#b)
            });
            let bias = optional(bias, rt);
            let fold = optional(fold.as_ref().map(|f| self::fold(f, rt)), rt);
            let (channels, groups, lanes) = (int(*channels), int(*groups), int(*lanes));
            quote! {
                Bias {
                    bias: #bias, fold: #fold, channels: #channels, groups: #groups, lanes: #lanes
                }
            }
        }
        Form::Affine(fold) => {
            let fold = self::fold(fold, rt);
            quote!(Affine(#fold))
        }
        Form::Raw { tensor } => {
            let tensor = int(*tensor);
            quote!(Raw { tensor: #tensor })
        }
    };
    quote!(#rt::Form::#variant)
}

pub(super) fn fold(fold: &Fold, rt: &TokenStream) -> TokenStream {
    let index = |i: usize| {
        let i = int(i);
        quote!(#i)
    };
    let gamma = optional(fold.gamma.map(index), rt);
    let beta = optional(fold.beta.map(index), rt);
    let (mean, variance, eps) = (int(fold.mean), int(fold.variance), float(fold.eps));
    quote! {
        #rt::Fold { gamma: #gamma, beta: #beta, mean: #mean, variance: #variance, eps: #eps }
    }
}

fn optional(value: Option<TokenStream>, rt: &TokenStream) -> TokenStream {
    match value {
        Some(value) => quote!(#rt::Some(#value)),
        None => quote!(#rt::None),
    }
}

/// The embedded weights, as little-endian `f32`s: packed for the kernels, or one tensor behind the
/// other for a model that goes on to train them.
pub(super) fn blob(plan: &Plan<'_>, trains: bool) -> Option<Vec<u8>> {
    let embedded = plan.network.embedded.as_ref()?;
    if trains {
        let values = embedded.values.iter().flatten();
        return Some(values.flat_map(|value| value.to_le_bytes()).collect());
    }
    Some(cnn_weights::embed(&plan.weights, &embedded.values))
}
