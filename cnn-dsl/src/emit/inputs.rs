//! How the inputs come to the layers: converted into the arena, or lent as the user has them.
//!
//! In: a plan, which says of each input which it is. Out: the functions that convert, and the
//! parameters and arguments by which the others are handed on to the layers that read them.

use crate::emit::interface::{Element, Interface};
use crate::emit::layers::bytes_name;
use crate::emit::print::{int, name};
use crate::emit::run::Run;
use crate::plan::{Buffer, Kernel, Plan, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The inputs that are read where the user has them, each behind a comma.
pub(super) struct InPlace {
    pub parameters: TokenStream,
    pub arguments: TokenStream,
}

/// The inputs that these steps read where the user has them, and how long they are.
fn in_place<'s>(plan: &Plan<'_>, steps: impl Iterator<Item = &'s Step>) -> Vec<(usize, usize)> {
    let user = |buffer: &Buffer| Some((buffer.user?, buffer.len));
    let reads = steps.flat_map(|step| &step.reads);
    let mut inputs: Vec<_> = reads.filter_map(|id| user(&plan.buffers[id.0])).collect();
    inputs.sort_unstable();
    inputs.dedup();
    inputs
}

/// An input's name among a layer's parameters.
pub(super) fn input_name(index: usize) -> Ident {
    format_ident!("input{index}")
}

/// The text that runs the network on these inputs.
pub(super) fn run(
    plan: &Plan<'_>,
    element: Element,
    rt: &TokenStream,
    inputs: &[TokenStream],
    team: &TokenStream,
) -> TokenStream {
    let is_converted = |&(index, _): &(usize, _)| plan.buffers[plan.inputs[index].0].user.is_none();
    let converted: Vec<_> =
        inputs.iter().enumerate().filter(is_converted).map(|(_, input)| input).collect();
    let function = read_name(element);
    let read =
        (!converted.is_empty()).then(|| quote! { #function(arena, #(#rt::fixed(#converted)),*); });
    let lent = in_place(plan, plan.steps.iter()).into_iter().map(|(index, _)| &inputs[index]);
    quote! {
        #read
        forward(&self.0, #team, arena #(, #rt::fixed(#lent))*);
    }
}

/// The function that converts the inputs.
fn read_name(element: Element) -> Ident {
    name(match element {
        Element::Floats => "read",
        Element::Bytes => "read_u8",
    })
}

impl Run<'_> {
    /// The steps that read inputs, and the others.
    pub(super) fn parted(&self) -> (Vec<&Step>, Vec<&Step>) {
        self.plan.steps.iter().partition(|step| self.input(step).is_some())
    }

    /// How these steps' inputs are handed on that are read where the user has them.
    pub(super) fn in_place(&self, steps: &[&Step]) -> InPlace {
        let inputs = in_place(self.plan, steps.iter().copied());
        let names: Vec<_> = inputs.iter().map(|&(index, _)| input_name(index)).collect();
        let lens = inputs.iter().map(|&(_, len)| int(len));
        InPlace { parameters: quote!(#(, #names: &[f32; #lens])*), arguments: quote!(#(, #names)*) }
    }

    /// Which input of the network a step reads, if it reads one.
    fn input(&self, step: &Step) -> Option<usize> {
        match &self.plan.kernels[step.kernel.0] {
            Kernel::Input(input) => Some(input.index),
            Kernel::Conv(_)
            | Kernel::Dw(_)
            | Kernel::Deconv(_)
            | Kernel::Dense(_)
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
            | Kernel::Gradient(_) => None,
        }
    }

    /// The function that converts inputs into the arena, where there are such inputs.
    pub(super) fn read(
        &self,
        steps: &[&Step],
        interface: &Interface<'_>,
        element: Element,
    ) -> TokenStream {
        let rt = self.rt;
        if steps.is_empty() {
            return TokenStream::new();
        }
        let function = read_name(element);
        let names = interface.input_names();
        let parameters = steps.iter().map(|step| {
            let index = self.input(step).unwrap_or(0);
            let (name, len) = (&names[index], int(interface.inputs[index].0.len()));
            let of = if interface.is_bytes(index, element) { quote!(u8) } else { quote!(f32) };
            quote!(#name: &[#of; #len])
        });
        let calls = steps.iter().map(|step| {
            let index = self.input(step).unwrap_or(0);
            let kernel = &self.kernels[step.kernel.0];
            let bytes = interface.is_bytes(index, element);
            let kernel = if bytes { bytes_name(kernel) } else { kernel.clone() };
            let (name, to) = (&names[index], self.range(step.writes[0]));
            let call = quote! { #kernel(#name, #rt::fixed_mut(&mut arena[#to])); };
            self.timed(step, call)
        });
        let doc = match element {
            Element::Floats => " The inputs, preprocessed, into the arena.",
            Element::Bytes => " The inputs as bytes, preprocessed, into the arena.",
        };
        quote! {
            #[doc = #doc]
            fn #function(arena: &mut [f32], #(#parameters),*) { #(#calls)* }
        }
    }

    /// The function that reads the one input of a network that is trained, from a slice.
    pub(super) fn read_flat(&self, steps: &[&Step]) -> TokenStream {
        let rt = self.rt;
        let calls = steps.iter().map(|step| {
            let (kernel, to) = (&self.kernels[step.kernel.0], self.range(step.writes[0]));
            quote! { #kernel(#rt::fixed(image), #rt::fixed_mut(&mut arena[#to])); }
        });
        quote! {
            #[doc = " The input, preprocessed, into the arena."]
            fn read(arena: &mut [f32], image: &[f32]) { #(#calls)* }
        }
    }
}
