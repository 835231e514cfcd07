//! Layers of a training network, which `differentiate` adds to a model's own. No text has them.
//!
//! `d_y` is the gradient of the loss by a layer's result, `d_x` that by its operand.

use crate::ir::layers::bn::Bn;
use crate::ir::layers::conv::Conv;
use crate::ir::layers::dense::Dense;
use crate::ir::layers::dropout::Dropout;
use crate::ir::layers::dw::Dw;
use crate::ir::layers::lrn::Lrn;
use crate::ir::layers::pool::Pool;
use crate::ir::layers::resize::Resize;
use crate::ir::{Activation, Op, Shape};

/// A layer whose result is linear in its operand and in its kernel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant's type is documented")]
pub enum Linear {
    Conv(Conv),
    Dw(Dw),
    Dense(Dense),
}

/// Numbers that `Draw` gives a sample.
pub const DRAWN: usize = 5;

/// A layer of the backward pass, or one that training needs in the forward pass.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Gradient {
    /// A dense layer as training computes it: of several samples at a time.
    Dense(Dense),
    /// `d_x` of a convolution, depthwise convolution or dense layer of stride 1, from `d_y`: the same
    /// kind of layer with its kernel turned round (taps in reverse order, filters and channels
    /// exchanged). The operation says the sizes of this layer, the kernel is the model's own. Of a
    /// transposed convolution it is a convolution of any stride, whose taps stay in their order.
    Turned(Linear),
    /// The gradients of the kernel and bias of a convolution, depthwise convolution or dense layer,
    /// from `x` and `d_y`. It has no result: they are added to the sample's slot. Of a transposed
    /// convolution it is the convolution from `d_y` to `x`, without a bias.
    Weights(Linear),
    /// The gradient of a transposed convolution's biases from `d_y`; it has no result either.
    Biases,
    /// `d_x` of an activation from `d_y` and, where the result tells enough, `y`; else `x`.
    Activation(Activation),
    /// `d_x` of a pool from `x`, `y` and `d_y`, or from `d_y` alone where it is an average.
    Pool(Pool),
    /// `d_x` of a flattening: the vector in the image's shape.
    Reshape(Shape),
    /// `d_x` of a stride: the pixels so far apart, and zeros between, in an image of this size.
    Spread {
        /// Vertical, horizontal.
        stride: [usize; 2],
        /// Height and width.
        size: [usize; 2],
    },
    /// `d_x` of a resizing from `d_y`: each pixel gets what it gave, with the same weights.
    Resize(Resize),
    /// `d_x` of a prelu from `x` and `d_y`, and its slopes.
    Prelu,
    /// The gradients of a prelu's slopes, from `x` and `d_y`, added to the sample's slot.
    Slopes,
    /// `d_x` of a local response normalisation from `x` and `d_y`.
    Lrn(Lrn),
    /// `d_x` of an operand of one pixel that a product spreads over an image, from `d_y` and the
    /// product's other operands: the sum of their product over all pixels.
    Gate,
    /// What the random numbers of a sample depend on. The runtime writes it.
    Draw,
    /// Random zeroes in `x`, and by the same layer in `d_y`; the second operand is `Draw`'s result.
    Dropout {
        /// How likely, and of what.
        op: Dropout,
        /// Which of the network's random layers it is, counted from 0 in their order.
        layer: usize,
    },
    /// From logits to their gradient. The program's own functions compute it between two steps.
    Loss {
        /// Whether the logits are those of an auxiliary head.
        aux: bool,
    },
    /// The mean of each channel of a sample, then the sums of squared differences from it; behind
    /// it the batch's mean and variance are known.
    Moments(Bn),
    /// `x` normalised by the batch's mean and variance.
    Normalise(Bn),
    /// From `x` and `d_y` for each channel the sums of `d_y` and of `d_y` times the normalised `x`
    /// over a sample; behind it those of the batch are known. Where an activation follows, `d_y` is
    /// that of its result.
    Sums(Bn, Option<Activation>),
    /// `d_x` of a batch norm from `x` and `d_y`: `a * d_y + b * x + c` a channel. Where an activation
    /// follows, `d_y` is that of its result.
    Centre(Bn, Option<Activation>),
}

impl Gradient {
    /// The kind, for texts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dense(_) => "dense",
            Self::Turned(_) => "d_x",
            Self::Weights(_) => "d_w",
            Self::Biases => "d_b",
            Self::Activation(_) => "d_activation",
            Self::Pool(_) => "d_pool",
            Self::Reshape(_) => "d_flatten",
            Self::Spread { .. } => "d_stride",
            Self::Resize(_) => "d_resize",
            Self::Prelu => "d_prelu",
            Self::Slopes => "d_slopes",
            Self::Lrn(_) => "d_lrn",
            Self::Gate => "d_gate",
            Self::Draw => "draw",
            Self::Dropout { op, .. } => op.kind(),
            Self::Loss { .. } => "loss",
            Self::Moments(_) => "moments",
            Self::Normalise(_) => "normalise",
            Self::Sums(..) => "sums",
            Self::Centre(..) => "d_bn",
        }
    }
}

impl Gradient {
    /// Whether it is computed of several samples at a time: what reads each weight but once reads it
    /// once for all of them.
    pub fn is_over_samples(&self) -> bool {
        match self {
            Self::Dense(_) => true,
            Self::Turned(op) | Self::Weights(op) => match op {
                Linear::Dense(_) => true,
                Linear::Conv(_) | Linear::Dw(_) => false,
            },
            Self::Biases
            | Self::Activation(_)
            | Self::Pool(_)
            | Self::Reshape(_)
            | Self::Spread { .. }
            | Self::Resize(_)
            | Self::Prelu
            | Self::Slopes
            | Self::Lrn(_)
            | Self::Gate
            | Self::Draw
            | Self::Dropout { .. }
            | Self::Loss { .. }
            | Self::Moments(_)
            | Self::Normalise(_)
            | Self::Sums(..)
            | Self::Centre(..) => false,
        }
    }
}

impl Linear {
    /// The layer that it is.
    pub fn op(&self) -> Op {
        match self {
            Self::Conv(op) => Op::Conv(op.clone()),
            Self::Dw(op) => Op::Dw(op.clone()),
            Self::Dense(op) => Op::Dense(op.clone()),
        }
    }
}
