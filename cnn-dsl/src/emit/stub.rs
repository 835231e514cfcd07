//! The type of a model that has errors: the same signatures, nothing behind them, so that the one
//! true error is not buried under others. What is not known of the shapes is generic.

use crate::check::Stub;
use crate::emit::interface::{Element, Interface};
use crate::emit::print::name;
use crate::emit::{Door, docs, quiet};
use crate::ir::inference_name;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The items of a stub.
pub fn stub(stub: &Stub, door: &mut Door<'_>) -> TokenStream {
    let (runtime, import) = (door.runtime.clone(), door.import());
    let visibility = door.visibility(stub.visibility);
    let ident = (door.ident)(&stub.name, stub.name_span);
    let (quiet, docs) = (quiet(), docs::title(&stub.name, &stub.docs));
    let interface = Interface {
        runtime: &runtime,
        inputs: stub.inputs.clone().unwrap_or_default(),
        outputs: stub.outputs.clone().unwrap_or_default(),
    };
    let known = Known { inputs: stub.inputs.is_some(), outputs: stub.outputs.is_some() };
    let consts = consts(&interface, &known);
    let making = making(stub, &interface);
    let bytes = !known.inputs || interface.takes_bytes();
    let elements = [Some(Element::Floats), bytes.then_some(Element::Bytes)];
    let predicting = elements.into_iter().flatten().map(|e| predicting(&interface, &known, e));
    let telling = telling(&interface);
    let training = stub.train.then(|| {
        let inference = (door.ident)(&inference_name(&stub.name), stub.name_span);
        quote! {
            #quiet
            #visibility type #inference = #ident;
            #runtime::__stub_of_training!(#ident);
        }
    });
    let model = (known.inputs && known.outputs).then(|| implementations(&ident, &interface));
    quote! {
        #docs
        #quiet
        #[derive(Clone, Debug)]
        #visibility struct #ident(());

        #quiet
        const _: () = {
            #import

            impl #ident {
                #consts
                #making
                #(#predicting)*
                #telling
            }
            #model
        };

        #training
    }
}

/// Which shapes are known.
struct Known {
    inputs: bool,
    outputs: bool,
}

fn nothing() -> TokenStream {
    quote!(::core::unreachable!("the model does not compile"))
}

fn consts(interface: &Interface<'_>, known: &Known) -> TokenStream {
    let [input, output] = interface.sizes();
    let unknown = || (quote!([usize; 3]), quote!([0; 3]));
    let (input_type, input) = if known.inputs { input } else { unknown() };
    let (output_type, output) = if known.outputs { output } else { unknown() };
    quote! {
        #[doc = " Sizes of the input."]
        pub const INPUT: #input_type = #input;
        #[doc = " Sizes of the output."]
        pub const OUTPUT: #output_type = #output;
        #[doc = " Not known."]
        pub const PARAMETERS: u64 = 0;
        #[doc = " Not known."]
        pub const MULT_ADDS: u64 = 0;
        #[doc = " Not known."]
        pub const ARENA_BYTES: u64 = 0;
        #[doc = " Not known."]
        pub const WEIGHT_BYTES: u64 = 0;
    }
}

fn making(stub: &Stub, interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let nothing = nothing();
    let pretrained = stub.embedded.then(|| {
        quote! {
            #[doc = " A net with the weights that the model's text names."]
            pub fn pretrained() -> Self { #nothing }
        }
    });
    quote! {
        #[doc = " A net with seeded random weights."]
        pub fn init(seed: u64) -> Self { #nothing }

        #[doc = " A net with the weights of a file."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " As the model's."]
        pub fn load(
            weights: impl #rt::Into<#runtime::Load>,
        ) -> #rt::Result<Self, #runtime::LoadError> { #nothing }

        #pretrained
    }
}

fn predicting(interface: &Interface<'_>, known: &Known, element: Element) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let stem = element.stem();
    let [into, boxed, batch] = ["into", "boxed", "batch"].map(|s| format_ident!("{stem}_{s}"));
    let stem = name(stem);
    let nothing = nothing();
    let (input_generic, input) = if known.inputs {
        (None, interface.input_argument(element))
    } else {
        (Some(quote!(X)), quote!(X))
    };
    let (output_generic, value, boxes, output) = if known.outputs {
        let (value, boxes) = (interface.output_value(), interface.output_boxes());
        (None, value, boxes, interface.output_argument())
    } else {
        (Some(quote!(Y)), quote!(Y), quote!(#rt::Box<Y>), quote!(&mut Y))
    };
    let generics: Vec<_> = input_generic.iter().chain(&output_generic).collect();
    let batch_input = if known.inputs { interface.batch_argument(element) } else { quote!(X) };
    let batch_output = if known.outputs {
        crate::emit::interface::tuple(&interface.batch_results())
    } else {
        quote!(Y)
    };
    let by_value = !known.outputs || interface.returns_values();
    let whole = by_value.then(|| {
        quote! {
            #[doc = " Runs the network."]
            pub fn #stem<#(#generics),*>(&self, input: #input) -> #value { #nothing }
        }
    });
    let on_heap = (!known.outputs || !interface.returns_values()).then(|| {
        quote! {
            #[doc = " Runs the network; the result is on the heap."]
            pub fn #boxed<#(#generics),*>(&self, input: #input) -> #boxes { #nothing }
        }
    });
    quote! {
        #whole
        #on_heap

        #[doc = " Runs the network in the given workspace."]
        pub fn #into<#(#generics),*>(
            &self,
            workspace: &mut #runtime::Workspace,
            input: #input,
            output: #output,
        ) { #nothing }

        #[doc = " Runs the network on a batch."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " As the model's."]
        pub fn #batch<'a, #(#generics),*>(
            &self,
            inputs: #batch_input,
        ) -> #rt::Result<#batch_output, #runtime::ShapeError> { #nothing }
    }
}

fn telling(interface: &Interface<'_>) -> TokenStream {
    let runtime = interface.runtime;
    let nothing = nothing();
    quote! {
        #[doc = " A new workspace."]
        pub fn workspace() -> #runtime::Workspace { #nothing }
        #[doc = " Predicts on so many threads from now on."]
        pub fn threads(&self, threads: usize) -> &Self { self }
        #[doc = " Lets the kernels use these instructions."]
        pub fn use_instruction_set(&mut self, set: #runtime::InstructionSet) -> &mut Self { self }
        #[doc = " The instructions that the kernels use."]
        pub fn instruction_set(&self) -> #runtime::InstructionSet { #nothing }
        #[doc = " The layers."]
        pub fn layers() -> &'static [#runtime::LayerInfo] { &[] }
        #[doc = " The summary."]
        pub fn summary() -> &'static str { "" }
    }
}

/// The traits, where every shape is known.
fn implementations(ident: &proc_macro2::Ident, interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let input = interface.trait_type(interface.input_types(Element::Floats));
    let output = interface.trait_type(interface.output_types());
    let nothing = nothing();
    quote! {
        impl #runtime::Model for #ident {
            type Input = #input;
            type Output = #output;
            type Workspace = #runtime::Workspace;

            const PARAMETERS: u64 = 0;
            const MULT_ADDS: u64 = 0;
            const ARENA_BYTES: u64 = 0;
            const WEIGHT_BYTES: u64 = 0;

            fn workspace() -> #runtime::Workspace { #nothing }
            fn predict_into(
                &self,
                workspace: &mut #runtime::Workspace,
                input: &Self::Input,
                output: &mut Self::Output,
            ) { #nothing }
            fn layers() -> #rt::Cow<'static, [#runtime::LayerInfo]> { #nothing }
            fn summary() -> #rt::Cow<'static, str> { #nothing }
        }

        impl #runtime::Loadable for #ident {
            fn init(seed: u64) -> Self { #nothing }
            fn load(
                weights: impl #rt::Into<#runtime::Load>,
            ) -> #rt::Result<Self, #runtime::LoadError> { #nothing }
        }
    }
}
