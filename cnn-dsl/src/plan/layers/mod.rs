//! The kernels that a plan may call: one file each, of the same name as in `ir`, `emit` and the
//! dynamic executor. A kernel knows everything that its code depends on; two equal ones are one.
//!
//! Layouts: every operand and result is dense NHWC, but for these. `Input` writes any layout, a
//! `Conv` of the form `Columns` reads `lanes = 1` and writes any, a `Slice` of all channels copies a
//! dense value into any.

pub mod activation;
pub mod add;
pub mod bn;
pub mod concat;
pub mod conv;
pub mod deconv;
pub mod dense;
pub mod depth;
pub mod dw;
pub mod gradient;
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

use crate::ir::layers::bn::Bn;
use crate::ir::{Activation, Op, Shape, Weights};
use crate::plan::weights::{self, Packer};
use crate::plan::{Layout, PackId};
use cnn_weights::{Fold, Form, Role, Winograd};

/// Width of a panel of weights, and of a vector over x: one AVX-512 register, two of AVX2, four of
/// NEON or wasm.
pub const PANEL: usize = 16;

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
    Gradient(gradient::Gradient),
}

impl Kernel {
    /// `f32`s of scratch memory that it works in.
    pub fn scratch(&self) -> usize {
        match self {
            Self::Conv(conv) => conv.scratch(),
            Self::Input(_)
            | Self::Dw(_)
            | Self::Deconv(_)
            | Self::Dense(_)
            | Self::Pool(_)
            | Self::Bn(_)
            | Self::Activation(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
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
}

impl Kernel {
    /// Operands and results.
    pub fn views(&self) -> (Vec<View>, Vec<View>) {
        match self {
            Self::Input(k) => (Vec::new(), vec![k.y]),
            Self::Conv(k) => ([k.x].into_iter().chain(k.summand).collect(), vec![k.y]),
            Self::Dw(k) => (vec![k.x], vec![k.y]),
            Self::Deconv(k) => (vec![k.x], vec![k.y]),
            Self::Dense(k) => (vec![k.x], vec![k.y]),
            Self::Pool(k) => (vec![k.x], vec![k.y]),
            Self::Bn(k) => (vec![k.x], vec![k.y]),
            Self::Activation(k) => (vec![k.x], vec![k.y]),
            Self::Softmax(k) => (vec![k.x], vec![k.y]),
            Self::Lrn(k) => (vec![k.x], vec![k.y]),
            Self::Add(k) => (k.xs.clone(), vec![k.y]),
            Self::Mul(k) => (k.xs.clone(), vec![k.y]),
            Self::Concat(k) => (k.xs.clone(), vec![k.y]),
            Self::Scale(k) => (vec![k.x], vec![k.y]),
            Self::Pad(k) => (vec![k.x], vec![k.y]),
            Self::Slice(k) => (vec![k.x], vec![k.y]),
            Self::Split(k) => (vec![k.x], k.ys.clone()),
            Self::Shuffle(k) => (vec![k.x], vec![k.y]),
            Self::Resize(k) => (vec![k.x], vec![k.y]),
            Self::Depth(k) => (vec![k.x], vec![k.y]),
            Self::Gradient(k) => (k.xs.clone(), k.ys.clone()),
        }
    }
}

/// What a layer's kernel is made of.
#[derive(Debug)]
pub(in crate::plan) struct Call<'a> {
    /// Operands.
    pub xs: Vec<View>,
    /// Results.
    pub ys: Vec<View>,
    /// Activations behind it.
    pub epilogue: Epilogue,
    /// `unroll full`.
    pub unroll: bool,
    /// Whether Winograd's form may be chosen.
    pub winograd: bool,
    /// The layer's weights.
    pub weights: Option<&'a Weights>,
    /// The batch norm folded into them.
    pub fold: Option<Fold>,
    /// Where pieces are asked for.
    pub packer: &'a mut Packer,
    /// The pieces asked for, in order.
    pub packs: &'a mut Vec<PackId>,
    /// Whether the kernel is turned round, and there is no bias.
    pub turned: bool,
    /// Where places for gradients are asked for, and those asked for, in order.
    pub gradients: (&'a mut Packer, &'a mut Vec<PackId>),
}

impl Call<'_> {
    fn x(&self) -> View {
        self.xs[0]
    }

    fn y(&self) -> View {
        self.ys[0]
    }

    fn pack(&mut self, form: Form, len: usize) {
        let id = self.packer.add(form, len);
        self.packs.push(id);
    }

    /// A convolution's kernel, transformed for Winograd's form.
    fn transformed(&mut self, tile: Winograd, lanes: usize) {
        let is_kernel = |role| matches!(role, Role::Kernel { .. });
        if let Some((kernel, tensor)) = self.weights.and_then(|w| weights::tensor(w, is_kernel)) {
            let len = weights::panels_len(tensor, 1, lanes) / 9 * tile.positions();
            self.pack(Form::Winograd { kernel, fold: self.fold, lanes, tile }, len);
        }
    }

    /// The kernel in panels.
    fn panels(&mut self, groups: usize, lanes: usize) {
        let is_kernel = |role| match role {
            Role::Kernel { .. } | Role::DeconvKernel { .. } | Role::DenseKernel { .. } => true,
            Role::DepthwiseKernel
            | Role::Bias
            | Role::Gamma
            | Role::Beta
            | Role::MovingMean
            | Role::MovingVariance
            | Role::Alpha => false,
        };
        if let Some((kernel, tensor)) = self.weights.and_then(|w| weights::tensor(w, is_kernel)) {
            if self.turned {
                let len = weights::turned_len(tensor, groups, lanes);
                return self.pack(Form::Turned { kernel, groups, lanes }, len);
            }
            let len = weights::panels_len(tensor, groups, lanes);
            self.pack(Form::Panels { kernel, fold: self.fold, groups, lanes }, len);
        }
    }

    /// A depthwise kernel, a tap's filters filled up to a multiple of `lanes`.
    fn taps(&mut self, lanes: usize) {
        let kernel =
            self.weights.and_then(|w| weights::tensor(w, |role| role == Role::DepthwiseKernel));
        if let Some((kernel, tensor)) = kernel {
            let filters = tensor.dims[2..].iter().product::<usize>();
            let len = tensor.len() / filters * filters.next_multiple_of(lanes);
            self.pack(
                if self.turned {
                    Form::TurnedTaps { kernel, lanes }
                } else {
                    Form::Taps { kernel, fold: self.fold, lanes }
                },
                len,
            );
        }
    }

    /// The biases.
    fn bias(&mut self, channels: usize, groups: usize, lanes: usize) {
        let bias = self.weights.and_then(|w| weights::tensor(w, |role| role == Role::Bias));
        let bias = bias.map(|(index, _)| index).filter(|_| !self.turned);
        let len = groups * (channels / groups).next_multiple_of(lanes);
        self.pack(Form::Bias { bias, fold: self.fold, channels, groups, lanes }, len);
    }

    /// A batch norm that stands alone.
    fn affine(&mut self, op: &Bn) {
        if let Some(fold) = self.weights.and_then(|w| weights::fold(w, op.eps.0)) {
            self.pack(Form::Affine(fold), 2 * self.y().shape.channels());
        }
    }

    /// What training computes of a batch norm.
    fn batch(&mut self) {
        let mean = self.weights.and_then(|w| weights::tensor(w, |role| role == Role::MovingMean));
        if let Some((mean, tensor)) = mean {
            let len = gradient::BATCH_ROWS * tensor.len().next_multiple_of(PANEL);
            self.pack(Form::Batch { mean }, len);
        }
    }

    /// A place for a gradient.
    fn gradient(&mut self, form: Form, len: usize) {
        let id = self.gradients.0.add(form, len);
        self.gradients.1.push(id);
    }

    /// A tensor as it is.
    fn raw(&mut self, role: Role) {
        if let Some((tensor, t)) = self.weights.and_then(|w| weights::tensor(w, |r| r == role)) {
            self.pack(Form::Raw { tensor }, t.len());
        }
    }
}

/// The kernel of a layer; `None` for those that merely rename their operand.
pub(in crate::plan) fn kernel(op: &Op, call: Call<'_>) -> Option<Kernel> {
    Some(match op {
        Op::Conv(op) => conv::kernel(op, call),
        Op::Dw(op) => dw::kernel(op, call),
        Op::Deconv(op) => deconv::kernel(op, call),
        Op::Dense(op) => dense::kernel(op, call),
        Op::Pool(op) => pool::kernel(op, call),
        Op::Bn(op) => bn::kernel(op, call),
        Op::Activation(op) => activation::kernel(op, call),
        Op::Softmax(op) => softmax::kernel(op, call),
        Op::Lrn(op) => lrn::kernel(op, call),
        Op::Dropout(_) | Op::Flatten(_) => return None,
        Op::Add(_) => add::kernel(call),
        Op::Mul(_) => mul::kernel(call),
        Op::Concat(_) => concat::kernel(call),
        Op::Scale(op) => scale::kernel(op, call),
        Op::Pad(op) => pad::kernel(op, call),
        Op::Slice(op) => slice::kernel(op, call),
        Op::Split(_) => split::kernel(call),
        Op::Shuffle(op) => shuffle::kernel(op, call),
        Op::Resize(op) => resize::kernel(op, call),
        Op::Depth(op) => depth::kernel(op, call),
        Op::Gradient(op) => return gradient::kernel(op, call),
    })
}
