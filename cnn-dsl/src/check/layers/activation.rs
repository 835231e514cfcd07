//! The activations: most take no argument.

use crate::check::layers;
use crate::check::layers::reader::{Allowed, Reader};
use crate::ir::{Activation, Op};

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let activation = match layers::activation(r.layer)? {
        Activation::LeakyRelu(default) => {
            let what = "the slope of `leaky_relu`";
            Activation::LeakyRelu(r.optional_constant(what, default.0, Allowed::Any)?)
        }
        Activation::Elu(default) => {
            let what = "the alpha of `elu`";
            Activation::Elu(r.optional_constant(what, default.0, Allowed::Any)?)
        }
        Activation::Gelu if r.args.flag("tanh") => Activation::GeluTanh,
        plain @ (Activation::Relu
        | Activation::Relu6
        | Activation::Prelu
        | Activation::Sigmoid
        | Activation::Tanh
        | Activation::Silu
        | Activation::Hardswish
        | Activation::Hardsigmoid
        | Activation::Gelu
        | Activation::GeluTanh
        | Activation::Mish
        | Activation::Softplus) => plain,
    };
    Some(Op::Activation(activation))
}
