//! The emitted type: its consts and functions, its trait, and the straight line of its layers.

use crate::emit::interface::{Element, Interface};
use crate::emit::predict::predicting;
use crate::emit::print::{int, long, name};
use crate::emit::run::Run;
use crate::emit::{Clock, Door, docs, learning, quiet, table, training};
use crate::ir::inference_name;
use crate::plan::summary::text;
use crate::plan::{Isa, Plan};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The items of a model.
pub fn emit(plan: &Plan<'_>, door: &mut Door<'_>) -> TokenStream {
    emit_with(plan, door, Clock::None)
}

/// The items of a model that can be trained; `training` is the plan of what `differentiate` made of
/// its network. Where the runtime cannot train they are those of the stub, and an error.
pub fn emit_training(
    plan: &Plan<'_>,
    training: &Plan<'_>,
    stub: &TokenStream,
    door: &mut Door<'_>,
) -> TokenStream {
    let (runtime, items) = (door.runtime.clone(), items(plan, Some(training), door, Clock::None));
    let name = &plan.network.name;
    quote! { #runtime::__training! { #name { #stub } #items } }
}

/// The items of a model whose steps may be timed.
pub fn emit_with(plan: &Plan<'_>, door: &mut Door<'_>, clock: Clock) -> TokenStream {
    items(plan, None, door, clock)
}

fn items(
    plan: &Plan<'_>,
    training: Option<&Plan<'_>>,
    door: &mut Door<'_>,
    clock: Clock,
) -> TokenStream {
    let network = plan.network;
    let runtime = door.runtime.clone();
    let import = door.import();
    let visibility = door.visibility(network.visibility);
    let ident = (door.ident)(&network.name, network.name_span);
    let interface = Interface {
        runtime: &runtime,
        inputs: (network.inputs.iter())
            .map(|input| (network.shape(input.value), input.preprocess.bytes))
            .collect(),
        outputs: network.outputs.iter().map(|output| network.shape(output.value)).collect(),
    };
    let blob =
        table::blob(plan, training.is_some()).map(|bytes| (door.blob)(&network.name, &bytes));
    let rt = interface.rt();
    let (quiet, docs) = (quiet(), docs::model(plan));
    let version = env!("CARGO_PKG_VERSION");
    let inference = (door.ident)(&inference_name(&network.name), network.name_span);
    let making = match training {
        Some(_) => learning::learning(blob.as_ref(), &inference, &interface),
        None => making(blob.as_ref(), &interface),
    };
    let parameters = training.map(|_| quote!(, #runtime::__rt::train::Parameters));
    let (consts, running) = (consts(plan, &interface), running(plan, &interface));
    let implementations = implementations(&ident, &interface);
    let alone = training.map(|_| {
        let (making, implementations) =
            (self::making(None, &interface), self::implementations(&inference, &interface));
        quote! { impl #inference { #consts #making #running } #implementations }
    });
    let inference = training.map(|_| {
        let docs = docs::lines([&*format!(" [`{ident}`] without what trains it: it predicts.")]);
        quote! { #docs #quiet #[derive(Clone, Debug)] #visibility struct #inference(#runtime::__rt::Net); }
    });
    let tables = table::tables(plan, &runtime, &rt);
    let sets = sets(door.instruction_sets);
    let run = Run::new(plan, &rt, &sets, clock).emit(&interface);
    let program =
        training.map(|plan| training::program(plan, network, &ident, &sets, &interface, &import));
    let program = program.map(|items| quote!(#quiet #items));
    let emitted = sets.iter().map(|isa| name(isa.name()));
    let (arena, scratch) = (int(plan.arena), int(plan.scratch));
    let weights = int(plan.weights.len);
    quote! {
        const _: () = #runtime::__rt::assert_version(#version);

        #docs
        #quiet
        #[derive(Clone, Debug)]
        #visibility struct #ident(#runtime::__rt::Net #parameters);

        #inference

        #quiet
        const _: () = {
            #import

            #[doc = " `f32`s of the arena."]
            const ARENA: usize = #arena;
            #[doc = " `f32`s of the scratch memory of one thread."]
            const SCRATCH: usize = #scratch;
            #[doc = " `f32`s of the packed weights."]
            const WEIGHTS: usize = #weights;
            #[doc = " The instruction sets that there are kernels for."]
            const SETS: #rt::Sets = #rt::Sets::none()#(.#emitted())*;

            impl #ident {
                #consts
                #making
                #running
            }

            #implementations
            #alone
            #tables
            #run
        };
        #program
    }
}

/// The wanted instruction sets, each once, from the narrowest; the portable one always.
fn sets(wanted: &[Isa]) -> Vec<Isa> {
    Isa::ALL.into_iter().filter(|isa| *isa == Isa::Portable || wanted.contains(isa)).collect()
}

fn consts(plan: &Plan<'_>, interface: &Interface<'_>) -> TokenStream {
    let [(input_type, input), (output_type, output)] = interface.sizes();
    let counts = plan.network.counts();
    let [parameters, mult_adds, arena, weights] =
        [counts.parameters, counts.mult_adds, plan.arena_bytes(), plan.weight_bytes()].map(long);
    quote! {
        #[doc = " Sizes of the input: height, width, channels, or a vector's length."]
        pub const INPUT: #input_type = #input;
        #[doc = " Sizes of the output."]
        pub const OUTPUT: #output_type = #output;
        #[doc = " Weights, biases, gamma and beta; running statistics are not counted."]
        pub const PARAMETERS: u64 = #parameters;
        #[doc = " Multiply-adds of one image in convolutions and dense layers."]
        pub const MULT_ADDS: u64 = #mult_adds;
        #[doc = " Bytes of a workspace."]
        pub const ARENA_BYTES: u64 = #arena;
        #[doc = " Bytes of the weights in memory."]
        pub const WEIGHT_BYTES: u64 = #weights;
    }
}

/// How a net is made that predicts alone.
fn making(blob: Option<&TokenStream>, interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let pretrained = blob.map(|blob| {
        quote! {
            #[doc = " A net with the weights that the model's text names, packed at compile time."]
            #[must_use]
            pub fn pretrained() -> Self {
                Self(#rt::Net::packed(&TABLE, #blob, ARENA + SCRATCH).with_sets(SETS))
            }
        }
    });
    quote! {
        #[doc = " A net with seeded random weights: Glorot uniform kernels, biases 0, gamma 1."]
        #[must_use]
        pub fn init(seed: u64) -> Self {
            Self(#rt::Net::init(&TABLE, ARENA + SCRATCH, seed).with_sets(SETS))
        }

        #[doc = " A net with the weights of a safetensors file."]
        #[doc = ""]
        #[doc = " # Errors"]
        #[doc = " Every missing, surplus and misshapen tensor and every NaN or infinity, listed at once."]
        pub fn load(
            weights: impl #rt::Into<#runtime::Load>,
        ) -> #rt::Result<Self, #runtime::LoadError> {
            let net = #rt::Net::load(&TABLE, &IGNORED, ARENA + SCRATCH, &weights.into())?;
            #rt::Ok(Self(net.with_sets(SETS)))
        }

        #pretrained
    }
}

/// What every model does, whether it trains or not.
fn running(plan: &Plan<'_>, interface: &Interface<'_>) -> TokenStream {
    let predicting = [Element::Floats, Element::Bytes]
        .into_iter()
        .filter(|&element| element == Element::Floats || interface.takes_bytes())
        .map(|element| predicting(plan, interface, element));
    let telling = telling(plan, interface);
    quote! { #(#predicting)* #telling }
}

fn telling(plan: &Plan<'_>, interface: &Interface<'_>) -> TokenStream {
    let runtime = interface.runtime;
    let summary = text(plan);
    quote! {
        #[doc = " A new workspace: one for each concurrent caller of `predict_into`."]
        #[must_use]
        pub fn workspace() -> #runtime::Workspace {
            #runtime::Workspace::__new(ARENA + SCRATCH)
        }

        #[doc = " Predicts on so many threads from now on, the caller's among them; on that alone where"]
        #[doc = " nothing is said. They stand ready until the net is dropped. The result is the same to the"]
        #[doc = " bit, whatever the number. Waits for a prediction that uses the threads before them."]
        pub fn threads(&self, threads: usize) -> &Self {
            self.0.set_threads(threads, SCRATCH);
            self
        }

        #[doc = " Lets the kernels use these instructions instead of the widest that the processor has,"]
        #[doc = " or the next narrower ones that the model was compiled for."]
        pub fn use_instruction_set(&mut self, set: #runtime::InstructionSet) -> &mut Self {
            self.0.use_instruction_set(set);
            self
        }

        #[doc = " The instructions that the kernels use."]
        #[must_use]
        pub fn instruction_set(&self) -> #runtime::InstructionSet {
            self.0.instruction_set()
        }

        #[doc = " The layers: names, shapes, parameters, mult-adds."]
        #[must_use]
        pub fn layers() -> &'static [#runtime::LayerInfo] {
            &LAYERS
        }

        #[doc = " The summary as a table."]
        #[must_use]
        pub fn summary() -> &'static str {
            #summary
        }
    }
}

/// The traits `Model` and `Loadable`.
fn implementations(ident: &Ident, interface: &Interface<'_>) -> TokenStream {
    let (runtime, rt) = (interface.runtime, interface.rt());
    let input = interface.trait_type(interface.input_types(Element::Floats));
    let output = interface.trait_type(interface.output_types());
    let spread = |count: usize, whole: &TokenStream, reference: &TokenStream| {
        if count == 1 {
            return quote!(#whole);
        }
        let indices = (0..count).map(int);
        quote!((#(#reference #whole.#indices),*))
    };
    let inputs = spread(interface.inputs.len(), &quote!(input), &quote!(&));
    let outputs = spread(interface.outputs.len(), &quote!(output), &quote!(&mut));
    quote! {
        impl #runtime::Model for #ident {
            type Input = #input;
            type Output = #output;
            type Workspace = #runtime::Workspace;

            const PARAMETERS: u64 = Self::PARAMETERS;
            const MULT_ADDS: u64 = Self::MULT_ADDS;
            const ARENA_BYTES: u64 = Self::ARENA_BYTES;
            const WEIGHT_BYTES: u64 = Self::WEIGHT_BYTES;

            fn workspace() -> #runtime::Workspace {
                Self::workspace()
            }

            fn predict_into(
                &self,
                workspace: &mut #runtime::Workspace,
                input: &Self::Input,
                output: &mut Self::Output,
            ) {
                Self::predict_into(self, workspace, #inputs, #outputs);
            }

            fn layers() -> #rt::Cow<'static, [#runtime::LayerInfo]> {
                #rt::Cow::Borrowed(Self::layers())
            }

            fn summary() -> #rt::Cow<'static, str> {
                #rt::Cow::Borrowed(Self::summary())
            }
        }

        impl #runtime::Loadable for #ident {
            fn init(seed: u64) -> Self {
                Self::init(seed)
            }

            fn load(
                weights: impl #rt::Into<#runtime::Load>,
            ) -> #rt::Result<Self, #runtime::LoadError> {
                Self::load(weights)
            }
        }
    }
}
