//! What a model with `train;` has beside the others: the phases of its training, and the tables by
//! which the runtime drives them.

use crate::differentiate::{Head, head};
use crate::emit::interface::Interface;
use crate::emit::layers;
use crate::emit::print::{float, int, name};
use crate::emit::run::{Run, suffixed};
use crate::emit::table;
use crate::ir::gradient::Gradient;
use crate::ir::{Network, Row};
use crate::plan::layers::gradient::SAMPLES;
use crate::plan::{Bound, BufferId, Features, Isa, Norm, Phase, Plan, Step, Training};
use cnn_weights::gradient_of;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// `PROGRAM` and the functions behind it, in a block of their own: kernels of training have the same
/// names as those of inference.
pub(super) fn program(
    plan: &Plan<'_>,
    model: &Network,
    ident: &Ident,
    sets: &[Isa],
    interface: &Interface<'_>,
    import: &TokenStream,
) -> TokenStream {
    let Some(training) = plan.training() else { return TokenStream::new() };
    let rt = interface.rt();
    let functions = Run::of_training(plan, &rt, sets).emit_training(&training);
    let (table, gradients) = (table::table(plan, &rt), table::packs(&plan.gradients.0, &rt));
    let passing = plan.arena - plan.standing;
    let [gradients_len, arena, passing, scratch, weights] =
        [plan.gradients.1, plan.standing, passing, plan.scratch, plan.weights.len].map(int);
    let input = model.shape(model.inputs[0].value).hwc().map(int);
    let output = model.shape(model.outputs[0].value);
    let (outputs, [h, w, _]) = (int(output.len()), output.hwc().map(int));
    let head = match head(model) {
        Head::Softmax => quote!(Softmax),
        Head::Sigmoid => quote!(Sigmoid),
        Head::Linear => quote!(Linear),
    };
    let whole = model.with_heads();
    let frozen = whole.weights.iter().flat_map(|w| w.tensors.iter().map(|_| w.frozen));
    let phases = training.phases.iter().map(|phase| phase_of(plan, phase, &rt));
    let samples = int(SAMPLES);
    let layers = layers_of(&whole);
    let bounds = training.bounds.iter().map(|&bound| bound_of(plan, bound, &rt));
    let norms = training.norms.iter().map(|norm| norm_of(norm, &rt));
    let saved = training.saved.iter().map(|(layer, buffer)| {
        let range = pair(plan, *buffer);
        quote!((#layer, #range))
    });
    let draw = option(training.draw.map(|buffer| pair(plan, buffer)), &rt);
    let features = option(training.features.map(|features| features_of(plan, features)), &rt);
    quote! {
        const _: () = {
            #import

            #[doc = " `f32`s of a sample's arena."]
            const ARENA: usize = #arena;
            #[doc = " `f32`s of what a phase of a sample makes and uses up."]
            const PASSING: usize = #passing;
            #[doc = " `f32`s of the packed weights."]
            const WEIGHTS: usize = #weights;

            #table
            static PROGRAM: #rt::train::Program = #rt::train::Program {
                table: &TABLE,
                gradients: &[#(#gradients),*],
                gradients_len: #gradients_len,
                arena: ARENA,
                passing: PASSING,
                scratch: #scratch,
                input: [#(#input),*],
                outputs: #outputs,
                pixels: [#h, #w],
                head: #rt::train::Head::#head,
                layers: &[#(#layers),*],
                frozen: &[#(#frozen),*],
                samples: #samples,
                phases: &[#(#phases),*],
                bounds: &[#(#bounds),*],
                norms: &[#(#norms),*],
                draw: #draw,
                saved: &[#(#saved),*],
                features: #features,
                read,
                run,
            };

            impl #rt::train::Trains for #ident {
                fn program() -> &'static #rt::train::Program {
                    &PROGRAM
                }
            }

            #functions
        };
    }
}

/// What a step reads and what it writes, each once.
pub(super) fn touched(step: &Step) -> [Vec<BufferId>; 2] {
    let mut seen = Vec::new();
    [&step.reads, &step.writes].map(|buffers| {
        let mut own = Vec::new();
        for &buffer in buffers {
            if !seen.contains(&buffer) {
                seen.push(buffer);
                own.push(buffer);
            }
        }
        own
    })
}

fn features_of(plan: &Plan<'_>, features: Features) -> TokenStream {
    let (phase, value) = (int(features.phase), pair(plan, features.value));
    quote!((#phase, #value))
}

fn option(value: Option<TokenStream>, rt: &TokenStream) -> TokenStream {
    value.map_or(quote!(#rt::None), |value| quote!(#rt::Some(#value)))
}

/// Where a value lies in a sample's arena.
fn pair(plan: &Plan<'_>, buffer: BufferId) -> TokenStream {
    let buffer = plan.buffers[buffer.0];
    let (from, to) = (int(buffer.offset), int(buffer.offset + buffer.len));
    quote!([#from, #to])
}

/// The name of each layer, and the range of its tensors.
fn layers_of(model: &Network) -> Vec<TokenStream> {
    let layer = |row: Row| {
        let weights = model.layers[row.layer.0].weights.map(|id| &model.weights[id.0]);
        let [first, end] =
            weights.map_or([0; 2], |w| [w.first_tensor, w.first_tensor + w.tensors.len()]).map(int);
        let name = row.name;
        quote!((#name, [#first, #end]))
    };
    model.rows().into_iter().map(layer).collect()
}

fn phase_of(plan: &Plan<'_>, phase: &Phase, rt: &TokenStream) -> TokenStream {
    match phase {
        Phase::Each(_) => quote!(#rt::train::Phase::Each),
        Phase::Together(step) => {
            let [reads, writes] = touched(&plan.steps[*step]).map(|buffers| {
                let pairs = buffers.into_iter().map(|buffer| pair(plan, buffer));
                quote!(&[#(#pairs),*])
            });
            quote!(#rt::train::Phase::Together { reads: #reads, writes: #writes })
        }
    }
}

fn bound_of(plan: &Plan<'_>, bound: Bound, rt: &TokenStream) -> TokenStream {
    match bound {
        Bound::Nothing => quote!(#rt::train::Bound::Nothing),
        Bound::Loss { aux, logits, d_logits } => {
            let (logits, d_logits) = (pair(plan, logits), pair(plan, d_logits));
            quote!(#rt::train::Bound::Loss { aux: #aux, logits: #logits, d_logits: #d_logits })
        }
        Bound::Moments { norm, moments } => {
            let (norm, at) = (int(norm), pair(plan, moments));
            quote!(#rt::train::Bound::Moments { norm: #norm, at: #at })
        }
        Bound::Sums { norm, sums } => {
            let (norm, at) = (int(norm), pair(plan, sums));
            quote!(#rt::train::Bound::Sums { norm: #norm, at: #at })
        }
    }
}

fn norm_of(norm: &Norm, rt: &TokenStream) -> TokenStream {
    let tensors = table::fold(&norm.tensors, rt);
    let momentum = float(norm.op.momentum.0);
    let [offset, channels, pixels] = [norm.offset, norm.channels, norm.pixels].map(int);
    let frozen = norm.frozen;
    quote! {
        #rt::train::Norm {
            tensors: #tensors,
            momentum: #momentum,
            offset: #offset,
            channels: #channels,
            pixels: #pixels,
            frozen: #frozen,
        }
    }
}

impl Run<'_> {
    /// The functions `read` and `run`, the phases, the steps and their kernels.
    fn emit_training(&self, training: &Training) -> TokenStream {
        let rt = self.rt;
        let (inputs, _) = self.parted();
        let read = self.read_flat(&inputs);
        let sets = self.sets.iter().map(|&isa| self.training_set(training, isa));
        let common = self.common_kernels();
        let wider = self.sets.iter().rev().filter_map(|isa| {
            let variant = name(isa.variant()?);
            let run = suffixed(&name("run"), *isa);
            Some(quote! {
                #[cfg(target_arch = "x86_64")]
                #rt::InstructionSet::#variant(proof) => {
                    #rt::enter!(proof, #run(phase, team, memory))
                }
            })
        });
        quote! {
            #read

            #[doc = " One phase of a sample, or of several, whose operands and results the arena then is."]
            fn run(
                phase: usize,
                set: #rt::InstructionSet,
                team: &mut #rt::Team<'_>,
                memory: #rt::train::Memory<'_>,
            ) {
                match set {
                    #(#wider)*
                    _ => run_portable(phase, team, memory),
                }
            }

            #(#common)*
            #(#sets)*
        }
    }

    /// Whether the runtime computes the step.
    fn is_the_runtimes(&self, step: &Step) -> bool {
        matches!(self.plan.gradient(step), Some(Gradient::Loss { .. } | Gradient::Draw))
    }

    /// A step's call, and before the first one that adds to a gradient what makes it 0. One that gives
    /// the gradient of weights and nothing else is left out where these are frozen.
    fn called(&self, name: &Ident, step: &Step) -> TokenStream {
        let others = self.plan.steps.iter().take_while(|other| !std::ptr::eq(*other, step));
        let added: Vec<_> = others.flat_map(|step| &step.gradients).collect();
        let first = step.gradients.iter().filter(|pack| !added.contains(pack));
        let ranges: Vec<_> = first
            .map(|pack| {
                let pack = &self.plan.gradients.0[pack.0];
                let (from, to) = (int(pack.offset), int(pack.offset + pack.len));
                quote!(#from..#to)
            })
            .collect();
        let clear = (!ranges.is_empty()).then(|| {
            quote! { if fresh { #(gradients[#ranges].fill(0.0);)* } }
        });
        let call = quote! { #clear #name(team, weights, arena, passing, gradients); };
        match step.gradients.first() {
            Some(pack) if step.writes.is_empty() => {
                let tensor = int(gradient_of(&self.plan.gradients.0[pack.0]));
                quote! { if !frozen[#tensor] { #call } }
            }
            Some(_) | None => call,
        }
    }

    /// The phases for one instruction set.
    fn training_set(&self, training: &Training, isa: Isa) -> TokenStream {
        let (_, steps) = self.parted();
        let names = self.step_names(&steps);
        let inputs = self.plan.steps.len() - steps.len();
        let behind = &self.plan.steps[inputs..];
        let (run, features, rt) = (suffixed(&name("run"), isa), layers::features(isa), self.rt);
        let called: Vec<_> = names.iter().map(|name| suffixed(name, isa)).collect();
        let functions = steps.iter().zip(&called).filter(|(step, _)| !self.is_the_runtimes(step));
        let functions = functions.map(|(step, name)| self.step(step, name, isa));
        let called_by = &called;
        let phase = |index: usize| suffixed(&format_ident!("phase_{index}"), isa);
        let phases = training.phases.iter().enumerate().map(|(index, steps)| {
            let name = phase(index);
            let within = match steps {
                Phase::Each(steps) => steps.start.saturating_sub(inputs)..steps.end - inputs,
                Phase::Together(step) => step - inputs..step + 1 - inputs,
            };
            let called = within.filter(|&step| !self.is_the_runtimes(&behind[step]));
            let called = called.map(|step| self.called(&called_by[step], &behind[step]));
            let called: Vec<_> = called.collect();
            let memory = (!called.is_empty()).then(|| {
                quote! {
                    let #rt::train::Memory { weights, arena, passing, gradients, fresh, frozen } = memory;
                    let weights: &[f32; WEIGHTS] = #rt::fixed(weights);
                    let (arena, passing) = (#rt::fixed_mut(arena), #rt::fixed_mut(passing));
                }
            });
            quote! {
                #features
                fn #name(
                    team: &mut #rt::Team<'_>,
                    memory: #rt::train::Memory<'_>,
                ) {
                    #memory
                    #(#called)*
                }
            }
        });
        let arms = (0..training.phases.len()).map(|index| {
            let (number, name) = (int(index), phase(index));
            quote! { #number => #name(team, memory), }
        });
        let kernels = self.kernels_of(isa);
        quote! {
            #features
            fn #run(
                phase: usize,
                team: &mut #rt::Team<'_>,
                memory: #rt::train::Memory<'_>,
            ) {
                match phase { #(#arms)* _ => {} }
            }

            #(#phases)*
            #(#functions)*
            #(#kernels)*
        }
    }
}
