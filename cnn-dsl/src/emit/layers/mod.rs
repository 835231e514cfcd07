//! The kernels' text: one file an operation, of the same name as in `plan`. Each prints one private
//! function over fixed-size arrays, so that rustc proves every bound; loops have literal bounds.
//! Nothing is chosen here: forms, tiles and layouts are the plan's.

mod activation;
mod add;
mod blocks;
mod bn;
mod concat;
mod conv;
mod deconv;
mod dense;
mod depth;
mod dw;
mod gradient;
mod input;
mod lrn;
mod mul;
mod pad;
mod pool;
mod resize;
mod scale;
mod shuffle;
mod slice;
mod softmax;
mod split;
mod unroll;
mod window;

pub(super) use input::bytes_name;

use crate::emit::print::{float, int, name, numbered};
use crate::ir::Activation;
use crate::plan::layers::View;
use crate::plan::{Isa, Kernel, Sharing};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Channels that a vector holds where channels lie side by side.
const LANES: usize = 16;

/// What a kernel's text depends on beside the kernel.
pub(super) struct Context<'a> {
    /// The path of the runtime's `__rt`.
    pub rt: &'a TokenStream,
    /// The function's name.
    pub name: Ident,
    /// The instruction set that it is for.
    pub isa: Isa,
    /// Lengths of the pieces of weights it takes.
    pub weights: Vec<usize>,
    /// Lengths of the gradients that it adds to.
    pub gradients: Vec<usize>,
}

/// The word that a kernel's function is named by.
pub(super) fn kind(kernel: &Kernel) -> &'static str {
    match kernel {
        Kernel::Input(_) => "input",
        Kernel::Conv(_) => "conv",
        Kernel::Dw(_) => "dw",
        Kernel::Deconv(_) => "deconv",
        Kernel::Dense(_) => "dense",
        Kernel::Pool(_) => "pool",
        Kernel::Bn(_) => "bn",
        Kernel::Activation(_) => "activation",
        Kernel::Softmax(_) => "softmax",
        Kernel::Lrn(_) => "lrn",
        Kernel::Add(_) => "add",
        Kernel::Mul(_) => "mul",
        Kernel::Concat(_) => "concat",
        Kernel::Scale(_) => "scale",
        Kernel::Pad(_) => "pad",
        Kernel::Slice(_) => "slice",
        Kernel::Split(_) => "split",
        Kernel::Shuffle(_) => "shuffle",
        Kernel::Resize(_) => "resize",
        Kernel::Depth(_) => "depth",
        Kernel::Gradient(kernel) => kernel.op.kind(),
    }
}

/// The functions of a kernel.
pub(super) fn kernel(kernel: &Kernel, context: &Context<'_>) -> TokenStream {
    match kernel {
        Kernel::Input(kernel) => input::emit(kernel, context),
        Kernel::Conv(kernel) => conv::emit(kernel, context),
        Kernel::Dw(kernel) => dw::emit(kernel, context),
        Kernel::Deconv(kernel) => deconv::emit(kernel, context),
        Kernel::Dense(kernel) => dense::emit(kernel, context),
        Kernel::Pool(kernel) => pool::emit(kernel, context),
        Kernel::Bn(kernel) => bn::emit(kernel, context),
        Kernel::Activation(kernel) => activation::emit(kernel, context),
        Kernel::Softmax(kernel) => softmax::emit(kernel, context),
        Kernel::Lrn(kernel) => lrn::emit(kernel, context),
        Kernel::Add(kernel) => add::emit(kernel, context),
        Kernel::Mul(kernel) => mul::emit(kernel, context),
        Kernel::Concat(kernel) => concat::emit(kernel, context),
        Kernel::Scale(kernel) => scale::emit(kernel, context),
        Kernel::Pad(kernel) => pad::emit(kernel, context),
        Kernel::Slice(kernel) => slice::emit(kernel, context),
        Kernel::Split(kernel) => split::emit(kernel, context),
        Kernel::Shuffle(kernel) => shuffle::emit(kernel, context),
        Kernel::Resize(kernel) => resize::emit(kernel, context),
        Kernel::Depth(kernel) => depth::emit(kernel, context),
        Kernel::Gradient(kernel) => gradient::emit(kernel, context),
    }
}

/// How many neighbouring rows or units of a result a kernel writes together.
pub(super) fn align(kernel: &Kernel, sharing: Sharing, isa: Isa) -> usize {
    match (kernel, sharing) {
        (Kernel::Conv(conv), Sharing::Spans) => conv.panels_together(isa),
        (Kernel::Conv(conv), Sharing::Rows) => conv.rows_together(),
        (_, Sharing::Whole | Sharing::Alone | Sharing::Rows | Sharing::Spans) => 1,
    }
}

/// Names and types of a kernel's parameters: operands `x`, weights `w` and `b`, results `y`.
struct Parameters {
    names: Vec<Ident>,
    types: Vec<TokenStream>,
    isa: Isa,
}

impl Parameters {
    fn new(context: &Context<'_>, xs: &[View], ys: &[View]) -> Self {
        Self::of_samples(context, xs, ys, 1)
    }

    /// Operands and results are those of several samples, one behind the other.
    fn of_samples(context: &Context<'_>, xs: &[View], ys: &[View], samples: usize) -> Self {
        let mut this = Self { names: Vec::new(), types: Vec::new(), isa: context.isa };
        for (index, x) in xs.iter().enumerate() {
            this.push(numbered("x", index, xs.len()), samples * x.layout.len(x.shape), false);
        }
        for (letter, &len) in ["w", "b"].iter().zip(&context.weights) {
            this.push(name(letter), len, false);
        }
        for (index, y) in ys.iter().enumerate() {
            this.push(numbered("y", index, ys.len()), samples * y.layout.len(y.shape), true);
        }
        for (letter, &len) in ["d_w", "d_b"].iter().zip(&context.gradients) {
            this.push(name(letter), len, true);
        }
        this
    }

    /// Of a kernel that takes rows and writes a part.
    fn of_rows(context: &Context<'_>, xs: usize) -> Self {
        let rt = context.rt;
        let mut this = Self { names: Vec::new(), types: Vec::new(), isa: context.isa };
        for index in 0..xs {
            this.names.push(numbered("x", index, xs));
            this.types.push(quote!(#rt::Rows<'_>));
        }
        for (letter, &len) in ["w", "b"].iter().zip(&context.weights) {
            this.push(name(letter), len, false);
        }
        this.names.push(name("y"));
        this.types.push(quote!(&mut #rt::Part<'_>));
        this
    }

    /// And works in scratch memory.
    fn with_scratch(mut self) -> Self {
        self.names.push(name("scratch"));
        self.types.push(quote!(&mut [f32]));
        self
    }

    fn push(&mut self, name: Ident, len: usize, written: bool) {
        let len = int(len);
        self.names.push(name);
        self.types.push(if written { quote!(&mut [f32; #len]) } else { quote!(&[f32; #len]) });
    }

    /// A function that reads the operands and weights and adds to an accumulator `a`.
    fn sum(&self, function: &Ident, lanes: usize, body: &TokenStream) -> TokenStream {
        let reads = self.names.len() - 1;
        let (names, types) = (&self.names[..reads], &self.types[..reads]);
        let lanes = int(lanes);
        let features = features(self.isa);
        quote! {
            #features
            #[inline(never)]
            fn #function(#(#names: #types,)* a: &mut [f32; #lanes]) { #body }
        }
    }

    /// A function of these parameters.
    fn function(&self, function: &Ident, body: &TokenStream) -> TokenStream {
        let Self { names, types, isa } = self;
        let features = features(*isa);
        quote! {
            #features
            #[inline(never)]
            fn #function(#(#names: #types),*) { #body }
        }
    }
}

/// What stands before a function that uses an instruction set.
pub(super) fn features(isa: Isa) -> TokenStream {
    let Some(features) = isa.features() else { return TokenStream::new() };
    quote! {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = #features)]
    }
}

/// The runtime's module of an instruction set, as `v`.
fn vectors_of(context: &Context<'_>) -> TokenStream {
    let (rt, isa) = (context.rt, name(context.isa.name()));
    quote! { use #rt::simd::#isa as v; }
}

/// The epilogue of a vector in registers.
fn activate_vector(a: &Ident, epilogue: &[Activation], rt: &TokenStream) -> TokenStream {
    let steps = epilogue.iter().map(|function| match function {
        Activation::Relu => quote! { #a = v::at_least(#a, v::splat(0.0)); },
        Activation::Relu6 => {
            quote! { #a = v::at_most(v::at_least(#a, v::splat(0.0)), v::splat(6.0)); }
        }
        Activation::LeakyRelu(_)
        | Activation::Prelu
        | Activation::Elu(_)
        | Activation::Sigmoid
        | Activation::Tanh
        | Activation::Silu
        | Activation::Hardswish
        | Activation::Hardsigmoid
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Mish
        | Activation::Softplus => {
            let result = activated(function, &quote!(*e), rt);
            quote! {
                let mut array = v::array(#a);
                for e in array.iter_mut() { *e = #result; }
                #a = v::of(array);
            }
        }
    });
    quote! { #(#steps)* }
}

/// A kernel of one function.
fn function(context: &Context<'_>, xs: &[View], ys: &[View], body: &TokenStream) -> TokenStream {
    Parameters::new(context, xs, ys).function(&context.name, body)
}

/// A kernel of one function that takes rows of so many operands and writes a part.
fn rows_function(context: &Context<'_>, xs: usize, body: &TokenStream) -> TokenStream {
    Parameters::of_rows(context, xs).function(&context.name, body)
}

/// An activation of the expression `x`. `Prelu` needs weights and is the kernel `Activation`'s own;
/// no plan has it anywhere else.
fn activated(function: &Activation, x: &TokenStream, rt: &TokenStream) -> TokenStream {
    let math = quote!(#rt::math);
    match function {
        Activation::Relu => quote!(#math::relu(#x)),
        Activation::Relu6 => quote!(#math::relu6(#x)),
        Activation::LeakyRelu(slope) => {
            let slope = float(slope.0);
            quote!(#math::leaky_relu(#x, #slope))
        }
        Activation::Prelu => x.clone(),
        Activation::Elu(alpha) => {
            let alpha = float(alpha.0);
            quote!(#math::elu(#x, #alpha))
        }
        Activation::Sigmoid => quote!(#math::sigmoid(#x)),
        Activation::Tanh => quote!(#math::tanh(#x)),
        Activation::Silu => quote!(#math::silu(#x)),
        Activation::Hardswish => quote!(#math::hardswish(#x)),
        Activation::Hardsigmoid => quote!(#math::hardsigmoid(#x)),
        Activation::Gelu => quote!(#math::gelu(#x)),
        Activation::GeluTanh => quote!(#math::gelu_tanh(#x)),
        Activation::Mish => quote!(#math::mish(#x)),
        Activation::Softplus => quote!(#math::softplus(#x)),
    }
}

/// The epilogue on every element of an array: an accumulator before it is stored, or a whole result.
fn activate(array: &TokenStream, epilogue: &[Activation], rt: &TokenStream) -> TokenStream {
    if epilogue.is_empty() {
        return TokenStream::new();
    }
    let element = quote!(*v);
    let result = epilogue.iter().fold(element, |x, function| activated(function, &x, rt));
    quote! { for v in #array.iter_mut() { *v = #result; } }
}
