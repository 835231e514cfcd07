//! The functions that predict: on one sample, in a workspace of the caller's, and on a batch.
//!
//! In: a plan, and the shapes and names of its interface. Out: functions that run the network on its
//! inputs and write the outputs. Deliberately absent: `forward` itself, which is `run`'s.

use crate::emit::interface::{Element, Interface, flat, flat_mut, tuple, zeros};
use crate::emit::print::{int, name};
use crate::emit::{inputs, table};
use crate::plan::Plan;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The functions that predict from floats, or from bytes.
pub(super) fn predicting(
    plan: &Plan<'_>,
    interface: &Interface<'_>,
    element: Element,
) -> TokenStream {
    let into = into(plan, interface, element);
    let whole = whole(interface, element);
    let batch = batch(plan, interface, element);
    quote! { #whole #into #batch }
}

/// `predict`, or `predict_boxed` where the result is large.
fn whole(interface: &Interface<'_>, element: Element) -> TokenStream {
    let rt = interface.rt();
    let stem = element.stem();
    let into = format_ident!("{stem}_into");
    let input = interface.input_argument(element);
    let names = interface.output_names();
    let (function, result, values, references, doc) = if interface.returns_values() {
        let values: Vec<_> = interface.outputs.iter().map(|&shape| zeros(shape)).collect();
        let references: Vec<_> = names.iter().map(|y| quote!(&mut #y)).collect();
        let doc = " Runs the network in one of the net's own workspaces.";
        (name(stem), interface.output_value(), values, references, doc)
    } else {
        let types = interface.output_types();
        let values = types.iter().map(|t| quote!(<#t as #rt::Zeros>::zeros())).collect();
        let references = names.iter().map(|y| quote!(&mut #y)).collect();
        let doc =
            " Runs the network in one of the net's own workspaces; the result is on the heap.";
        (format_ident!("{stem}_boxed"), interface.output_boxes(), values, references, doc)
    };
    let references = tuple(&references);
    let all: Vec<_> = names.iter().map(|y| quote!(#y)).collect();
    let all = tuple(&all);
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #function(&self, input: #input) -> #result {
            #(let mut #names = #values;)*
            let mut workspace = self.0.take();
            self.#into(&mut workspace, input, #references);
            self.0.give(workspace);
            #all
        }
    }
}

fn into(plan: &Plan<'_>, interface: &Interface<'_>, element: Element) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let function = format_ident!("{}_into", element.stem());
    let (input, output) = (interface.input_argument(element), interface.output_argument());
    let (xs, ys) = (interface.input_names(), interface.output_names());
    let (inputs, outputs): (Vec<_>, Vec<_>) =
        (xs.iter().map(|x| quote!(#x)).collect(), ys.iter().map(|y| quote!(#y)).collect());
    let (inputs, outputs) = (tuple(&inputs), tuple(&outputs));
    let flat_inputs: Vec<_> =
        interface.inputs.iter().zip(&xs).map(|((shape, _), x)| flat(*shape, x)).collect();
    let run = inputs::run(plan, element, &rt, &flat_inputs, &quote!(&mut self.0.team(scratch)));
    let flat_outputs = interface.outputs.iter().zip(&ys).map(|(&shape, y)| flat_mut(shape, y));
    quote! {
        #[doc = " Runs the network in the given workspace: neither allocates nor locks."]
        pub fn #function(
            &self,
            workspace: &mut #runtime::Workspace,
            input: #input,
            output: #output,
        ) {
            let #inputs = input;
            let #outputs = output;
            let (arena, scratch) = workspace.__split(ARENA, SCRATCH);
            #run
            write(arena, #(#rt::fixed_mut(#flat_outputs)),*);
        }
    }
}

fn batch(plan: &Plan<'_>, interface: &Interface<'_>, element: Element) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let stem = element.stem();
    let function = format_ident!("{stem}_batch");
    let argument = interface.batch_argument(element);
    let results = interface.batch_results();
    let result = tuple(&results);
    let (xs, ys) = (interface.input_names(), interface.output_names());
    let all_inputs: Vec<_> = xs.iter().map(|x| quote!(#x)).collect();
    let all_inputs = tuple(&all_inputs);
    let views = interface.batch_views(element);
    let flats = interface.inputs.iter().zip(&xs).zip(&views).map(|(((shape, _), x), view)| {
        let sizes = table::sizes(*shape);
        quote! {
            let #x: #view = #x.into();
            let #x = #rt::flat(&#x, &#sizes)?;
        }
    });
    let (first, others) = (&xs[0], &xs[1..]);
    let arrays = interface.outputs.iter().zip(&ys).zip(&results).map(|((shape, y), array)| {
        let [h, w, c] = shape.hwc().map(int);
        let sizes = match shape {
            crate::ir::Shape::Image { .. } => quote!((samples, #h, #w, #c)),
            crate::ir::Shape::Vector(_) => quote!((samples, #c)),
        };
        quote! { let mut #y: #array = #rt::zeros(#sizes); }
    });
    let lens = interface.outputs.iter().map(|shape| int(shape.len()));
    let samples: Vec<_> = xs.iter().map(|x| quote!(#x.sample(sample))).collect();
    let team = quote!(&mut #rt::Team::single(scratch));
    let run = inputs::run(plan, element, &rt, &samples, &team);
    let all: Vec<_> = ys.iter().map(|y| quote!(#y)).collect();
    let all = tuple(&all);
    quote! {
        #[doc = " Runs the network on a batch (N, H, W, C), a sample a thread on the net's threads."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Where a tensor has other sizes or is not in the standard layout."]
        pub fn #function<'a>(
            &self,
            inputs: #argument,
        ) -> #rt::Result<#result, #runtime::ShapeError> {
            let #all_inputs = inputs;
            #(#flats)*
            let samples = #first.samples();
            #(#first.same_samples(#others.samples())?;)*
            #(#arrays)*
            self.0.batch(
                samples,
                [#(#rt::flat_mut(&mut #ys)),*],
                &[#(#lens),*],
                &|sample, workspace, outputs| {
                    let (arena, scratch) = workspace.__split(ARENA, SCRATCH);
                    #run
                    if let [#(#ys),*] = outputs {
                        write(arena, #(#rt::fixed_mut(#ys)),*);
                    }
                },
            );
            #rt::Ok(#all)
        }
    }
}
