//! What runs: one function a layer in the order of the network, one function a distinct kernel.

use crate::emit::inputs::InPlace;
use crate::emit::interface::{Element, Interface};
use crate::emit::layers::{self, Context};
use crate::emit::print::int;
use crate::emit::{Clock, docs, print};
use crate::plan::{Buffer, BufferId, Isa, Kernel, Plan, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::{HashMap, HashSet};

/// A plan with the names of its kernels' functions.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) rt: &'a TokenStream,
    pub(super) kernels: Vec<Ident>,
    pub(super) sets: &'a [Isa],
    pub(super) figures: docs::Figures,
    clock: Clock,
    /// Whether the steps take gradients too.
    pub(super) training: bool,
}

impl<'a> Run<'a> {
    pub fn new(plan: &'a Plan<'a>, rt: &'a TokenStream, sets: &'a [Isa], clock: Clock) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let names = plan.kernels.iter().map(|kernel| {
            let kind = layers::kind(kernel);
            let count = counts.entry(kind).or_default();
            *count += 1;
            format_ident!("{kind}_kernel_{count}")
        });
        let figures = docs::Figures::new(plan.network);
        let kernels = names.collect();
        Self { plan, rt, kernels, sets, figures, clock, training: false }
    }

    /// Of a plan that trains.
    pub fn of_training(plan: &'a Plan<'a>, rt: &'a TokenStream, sets: &'a [Isa]) -> Self {
        Self { training: true, ..Self::new(plan, rt, sets, Clock::None) }
    }

    pub fn emit(&self, interface: &Interface<'_>) -> TokenStream {
        let (inputs, steps) = self.parted();
        let read = self.read(&inputs, interface, Element::Floats);
        let read_bytes =
            interface.takes_bytes().then(|| self.read(&inputs, interface, Element::Bytes));
        let InPlace { parameters, arguments } = self.in_place(&steps);
        let names = self.step_names(&steps);
        let write = self.write(interface);
        let rt = self.rt;
        let sets = self.sets.iter().map(|&isa| self.set(&steps, &names, isa));
        let wider = self.sets.iter().rev().filter_map(|isa| {
            let variant = isa.variant()?;
            let (variant, forward) =
                (print::name(variant), suffixed(&print::name("forward"), *isa));
            Some(quote! {
                #[cfg(target_arch = "x86_64")]
                #rt::InstructionSet::#variant(proof) => {
                    #rt::enter!(proof, #forward(team, weights, arena #arguments))
                }
            })
        });
        let common = self.common_kernels();
        quote! {
            #read
            #read_bytes

            #[doc = " The layers in the order in which they run."]
            fn forward(
                net: &#rt::Net,
                team: &mut #rt::Team<'_>,
                arena: &mut [f32]
                #parameters
            ) {
                let weights: &[f32; WEIGHTS] = #rt::fixed(net.weights());
                let arena: &mut [f32; ARENA] = #rt::fixed_mut(arena);
                match net.instruction_set() {
                    #(#wider)*
                    _ => forward_portable(team, weights, arena #arguments),
                }
            }

            #(#common)*
            #write
            #(#sets)*
        }
    }

    /// Everything that runs between the inputs and the outputs, for one instruction set.
    fn set(&self, steps: &[&Step], names: &[Ident], isa: Isa) -> TokenStream {
        let forward = suffixed(&print::name("forward"), isa);
        let layers: Vec<_> = names.iter().map(|name| suffixed(name, isa)).collect();
        let functions = steps.iter().zip(&layers).map(|(step, name)| self.step(step, name, isa));
        let kernels = self.kernels_of(isa);
        let (features, rt) = (layers::features(isa), self.rt);
        let calls: Vec<_> = steps
            .iter()
            .zip(&layers)
            .map(|(step, layer)| {
                let arguments = self.in_place(&[step]).arguments;
                let call = quote! { #layer(team, weights, arena #arguments); };
                self.timed(step, call)
            })
            .collect();
        let (front, behind) = calls.split_at(self.plan.front.len());
        let (stages, front) = self.front(names, front, isa);
        let parameters = self.in_place(steps).parameters;
        quote! {
            #features
            fn #forward(
                team: &mut #rt::Team<'_>,
                weights: &[f32; WEIGHTS],
                arena: &mut [f32; ARENA]
                #parameters
            ) {
                #front
                #(#behind)*
            }

            #stages
            #(#functions)*
            #(#kernels)*
        }
    }

    /// A step's call with the clock around it, where it is asked for.
    pub(super) fn timed(&self, step: &Step, call: TokenStream) -> TokenStream {
        let Clock::EachStep = self.clock else { return call };
        let rt = self.rt;
        let index = self.plan.steps.iter().position(|other| std::ptr::eq(other, step));
        let index = int(index.unwrap_or(0));
        quote! {
            let began = #rt::step_begins();
            #call
            #rt::step_ends(#index, began);
        }
    }

    /// The kernels that are made for an instruction set.
    pub(super) fn kernels_of(&self, isa: Isa) -> Vec<TokenStream> {
        let all = self.plan.kernels.iter().enumerate().filter(|(_, kernel)| !is_common(kernel));
        all.map(|(index, _)| self.kernel(index, isa)).collect()
    }

    /// The kernels of which there is one for every instruction set.
    pub(super) fn common_kernels(&self) -> Vec<TokenStream> {
        let all = self.plan.kernels.iter().enumerate().filter(|(_, kernel)| is_common(kernel));
        all.map(|(index, _)| self.kernel(index, Isa::Portable)).collect()
    }

    fn kernel(&self, index: usize, isa: Isa) -> TokenStream {
        let name = self.kernel_name(index, isa);
        let (weights, gradients) = (self.weights_of(index), self.gradients_of(index));
        let context = Context { rt: self.rt, name, isa, weights, gradients };
        layers::kernel(&self.plan.kernels[index], &context)
    }

    /// A kernel's function for an instruction set.
    pub(super) fn kernel_name(&self, index: usize, isa: Isa) -> Ident {
        let name = &self.kernels[index];
        if is_common(&self.plan.kernels[index]) { name.clone() } else { suffixed(name, isa) }
    }

    /// Lengths of the pieces of weights that a kernel takes.
    fn weights_of(&self, kernel: usize) -> Vec<usize> {
        let step = self.plan.steps.iter().find(|step| step.kernel.0 == kernel);
        let packs = step.map_or(&[][..], |step| &step.weights);
        packs.iter().map(|pack| self.plan.weights.packs[pack.0].len).collect()
    }

    /// Lengths of the gradients that a kernel adds to.
    fn gradients_of(&self, kernel: usize) -> Vec<usize> {
        let step = self.plan.steps.iter().find(|step| step.kernel.0 == kernel);
        let packs = step.map_or(&[][..], |step| &step.gradients);
        packs.iter().map(|pack| self.plan.gradients.0[pack.0].len).collect()
    }

    pub(super) fn range(&self, buffer: BufferId) -> TokenStream {
        let Buffer { offset, len, .. } = self.plan.buffers[buffer.0];
        let (from, to) = (int(offset), int(offset + len));
        quote!(#from..#to)
    }

    fn write(&self, interface: &Interface<'_>) -> TokenStream {
        let names = interface.output_names();
        let lens = interface.outputs.iter().map(|shape| int(shape.len()));
        let from = self.plan.outputs.iter().map(|&buffer| self.range(buffer));
        quote! {
            #[doc = " The outputs out of the arena."]
            fn write(arena: &[f32], #(#names: &mut [f32; #lens]),*) {
                #(#names.copy_from_slice(&arena[#from]);)*
            }
        }
    }

    /// A name for each step's function: its first layer's, as an identifier that nothing else has.
    pub(super) fn step_names(&self, steps: &[&Step]) -> Vec<Ident> {
        let mut taken: HashSet<String> =
            ["read", "read_u8", "forward", "write"].map(str::to_owned).into();
        let names = steps.iter().map(|step| {
            let layer = step.layers.first().map(|l| &*self.plan.network.layers[l.0].name);
            let base: String = layer
                .unwrap_or("columns")
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
                .collect();
            let base = format!("layer_{base}");
            let mut unique = base.clone();
            let mut count = 1;
            while !taken.insert(unique.clone()) {
                count += 1;
                unique = format!("{base}_{count}");
            }
            print::name(&unique)
        });
        names.collect()
    }
}

/// A function's name for an instruction set.
pub(super) fn suffixed(name: &Ident, isa: Isa) -> Ident {
    format_ident!("{name}_{}", isa.name())
}

/// Whether one function serves every instruction set: what reads the user's image, and what is
/// written out to its last operation, of which nobody wants three.
fn is_common(kernel: &Kernel) -> bool {
    match kernel {
        Kernel::Input(_) => true,
        Kernel::Conv(kernel) => kernel.unroll,
        Kernel::Dw(kernel) => kernel.unroll,
        Kernel::Dense(kernel) => kernel.unroll,
        Kernel::Deconv(_)
        | Kernel::Pool(_)
        | Kernel::Bn(_)
        | Kernel::Activation(_)
        | Kernel::Softmax(_)
        | Kernel::Lrn(_)
        | Kernel::Add(_)
        | Kernel::Mul(_)
        | Kernel::Concat(_)
        | Kernel::Scale(_)
        | Kernel::Pad(_)
        | Kernel::Slice(_)
        | Kernel::Split(_)
        | Kernel::Shuffle(_)
        | Kernel::Resize(_)
        | Kernel::Depth(_)
        | Kernel::Gradient(_) => false,
    }
}
