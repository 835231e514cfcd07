//! The operations: one file each, of the same name as in `check`, `plan`, `emit` and the
//! reference. Each knows its shape rule, its tensors and its mult-adds.

pub mod activation;
pub mod add;
pub mod bn;
pub mod concat;
pub mod conv;
pub mod deconv;
pub mod dense;
pub mod depth;
pub mod dropout;
pub mod dw;
pub mod flatten;
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

pub use activation::Activation;

use crate::ir::Shape;
use crate::ir::gradient::Gradient;
use cnn_weights::Tensor;

/// What a layer computes. The enum is closed and matched without `_ =>`: the compiler leads
/// whoever adds a layer through every stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant's type is documented")]
pub enum Op {
    Conv(conv::Conv),
    Dw(dw::Dw),
    Deconv(deconv::Deconv),
    Dense(dense::Dense),
    Pool(pool::Pool),
    Bn(bn::Bn),
    Activation(Activation),
    Softmax(softmax::Softmax),
    Lrn(lrn::Lrn),
    Dropout(dropout::Dropout),
    Flatten(flatten::Flatten),
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
    Gradient(Gradient),
}

impl Op {
    /// The kind as the language calls it: `conv`, `relu6`, `pool`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conv(_) => "conv",
            Self::Dw(_) => "dw",
            Self::Deconv(_) => "deconv",
            Self::Dense(_) => "dense",
            Self::Pool(_) => "pool",
            Self::Bn(_) => "bn",
            Self::Activation(x) => x.kind(),
            Self::Softmax(_) => "softmax",
            Self::Lrn(_) => "lrn",
            Self::Dropout(x) => x.kind(),
            Self::Flatten(_) => "flatten",
            Self::Add(_) => "add",
            Self::Mul(_) => "mul",
            Self::Concat(_) => "concat",
            Self::Scale(_) => "scale",
            Self::Pad(_) => "pad",
            Self::Slice(_) => "slice",
            Self::Split(_) => "split",
            Self::Shuffle(_) => "shuffle",
            Self::Resize(x) => x.kind(),
            Self::Depth(x) => x.kind(),
            Self::Gradient(x) => x.kind(),
        }
    }

    /// The shapes that this layer gives for these operands: the language's shape rules. `None` where
    /// they do not fit, or a result would have more than
    /// [`MAX_ELEMENTS`](crate::ir::shape::MAX_ELEMENTS); `check` finds the reason.
    pub fn outputs(&self, inputs: &[Shape]) -> Option<Vec<Shape>> {
        let input = *inputs.first()?;
        let output = match self {
            Self::Conv(x) => x.output(input)?,
            Self::Dw(x) => x.output(input)?,
            Self::Deconv(x) => x.output(input)?,
            Self::Dense(x) => x.output(input)?,
            Self::Pool(x) => x.output(input)?,
            Self::Bn(_)
            | Self::Activation(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
            | Self::Dropout(_)
            | Self::Scale(_) => input,
            Self::Flatten(x) => x.output(input),
            Self::Add(x) => x.output(inputs)?,
            Self::Mul(x) => x.output(inputs)?,
            Self::Concat(x) => x.output(inputs)?,
            Self::Pad(x) => x.output(input)?,
            Self::Slice(x) => x.output(input)?,
            Self::Split(x) => return x.outputs(input),
            Self::Shuffle(x) => x.output(input)?,
            Self::Resize(x) => x.output(input)?,
            Self::Depth(x) => x.output(input)?,
            // `differentiate` knows the shapes of what it adds.
            Self::Gradient(_) => return None,
        };
        Some(vec![output])
    }

    /// The tensors of this layer under the given name, for these input shapes, in canonical layout.
    pub fn tensors(&self, name: &str, inputs: &[Shape]) -> Vec<Tensor> {
        match self {
            Self::Conv(x) => x.tensors(name, inputs[0]),
            Self::Dw(x) => x.tensors(name, inputs[0]),
            Self::Deconv(x) => x.tensors(name, inputs[0]),
            Self::Dense(x) => x.tensors(name, inputs[0]),
            Self::Bn(x) => x.tensors(name, inputs[0]),
            Self::Activation(x) => x.tensors(name, inputs[0]),
            Self::Pool(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
            | Self::Dropout(_)
            | Self::Flatten(_)
            | Self::Add(_)
            | Self::Mul(_)
            | Self::Concat(_)
            | Self::Scale(_)
            | Self::Pad(_)
            | Self::Slice(_)
            | Self::Split(_)
            | Self::Shuffle(_)
            | Self::Resize(_)
            | Self::Depth(_)
            | Self::Gradient(_) => Vec::new(),
        }
    }

    /// Multiply-adds by the language's count: `conv`, `dw`, `dense` and `deconv` only.
    pub fn mult_adds(&self, inputs: &[Shape], outputs: &[Shape]) -> u64 {
        match self {
            Self::Conv(x) => x.mult_adds(inputs[0], outputs[0]),
            Self::Dw(x) => x.mult_adds(outputs[0]),
            Self::Deconv(x) => x.mult_adds(inputs[0]),
            Self::Dense(x) => x.mult_adds(inputs[0]),
            Self::Pool(_)
            | Self::Bn(_)
            | Self::Activation(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
            | Self::Dropout(_)
            | Self::Flatten(_)
            | Self::Add(_)
            | Self::Mul(_)
            | Self::Concat(_)
            | Self::Scale(_)
            | Self::Pad(_)
            | Self::Slice(_)
            | Self::Split(_)
            | Self::Shuffle(_)
            | Self::Resize(_)
            | Self::Depth(_)
            | Self::Gradient(_) => 0,
        }
    }

    /// What `unroll full` would write out: vector statements of 16 lanes. `None` for layers that
    /// cannot be unrolled.
    pub fn unroll_cost(&self, inputs: &[Shape], outputs: &[Shape]) -> Option<u64> {
        match self {
            Self::Conv(x) => Some(x.unroll_cost(inputs[0], outputs[0])),
            Self::Dw(x) => Some(x.unroll_cost(outputs[0])),
            Self::Dense(x) => Some(x.unroll_cost(inputs[0])),
            Self::Deconv(_)
            | Self::Pool(_)
            | Self::Bn(_)
            | Self::Activation(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
            | Self::Dropout(_)
            | Self::Flatten(_)
            | Self::Add(_)
            | Self::Mul(_)
            | Self::Concat(_)
            | Self::Scale(_)
            | Self::Pad(_)
            | Self::Slice(_)
            | Self::Split(_)
            | Self::Shuffle(_)
            | Self::Resize(_)
            | Self::Depth(_)
            | Self::Gradient(_) => None,
        }
    }
}
