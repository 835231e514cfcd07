//! The kernels that a plan may call: one file each, of the same name as in `ir`, `emit` and the
//! dynamic executor. A kernel knows everything that its code depends on; two equal ones are one.

pub mod activation;
pub mod add;
pub mod bn;
pub mod concat;
pub mod conv;
pub mod deconv;
pub mod dense;
pub mod depth;
pub mod dw;
pub mod input;
pub mod lrn;
pub mod mul;
pub mod pad;
pub mod pool;
pub mod resize;
pub mod scale;
pub mod shuffle;
pub mod slice;
pub mod softmax;
pub mod split;

use crate::ir::{Activation, Shape};
use crate::plan::Layout;

/// An operand or result of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// Its shape.
    pub shape: Shape,
    /// Its layout.
    pub layout: Layout,
}

/// Activations applied as the result is stored, in order; never `Prelu`, which is a kernel of its own.
pub type Epilogue = Vec<Activation>;

/// A kernel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant's type is documented")]
pub enum Kernel {
    Input(input::Input),
    Conv(conv::Conv),
    Dw(dw::Dw),
    Deconv(deconv::Deconv),
    Dense(dense::Dense),
    Pool(pool::Pool),
    Bn(bn::Bn),
    Activation(activation::Elementwise),
    Softmax(softmax::Softmax),
    Lrn(lrn::Lrn),
    Add(add::Add),
    Mul(mul::Mul),
    Concat(concat::Concat),
    Scale(scale::Scale),
    Pad(pad::Pad),
    Slice(slice::Slice),
    Split(split::Split),
    Shuffle(shuffle::Shuffle),
    Resize(resize::Resize),
    Depth(depth::Depth),
}
