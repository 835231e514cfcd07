//! What a model's weights are: the tensors it has and how they are packed. `cnn-dsl` makes the
//! tables (tensors in `ir`, packing in `plan`), emitted code carries them as consts.

use crate::winograd::Winograd;
use std::borrow::Cow;

/// One tensor of a model, in its canonical layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// The layer it belongs to: `separable3.dw1`, `conv1.bn`.
    pub layer: Cow<'static, str>,
    /// What it is to that layer.
    pub role: Role,
    /// Its sizes in the canonical layout of its role.
    pub dims: Cow<'static, [usize]>,
}

/// What a tensor is to its layer; it fixes the canonical layout and the names in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A convolution's, canonical and Keras HWIO (`kernel`), PyTorch OIHW (`weight`); I is a group's.
    Kernel {
        /// Groups of the convolution.
        groups: usize,
    },
    /// A depthwise convolution's, canonical and Keras HWCM (`depthwise_kernel`), PyTorch `[C*M,1,H,W]` (`weight`).
    DepthwiseKernel,
    /// A transposed convolution's, canonical H,W,IN,OUT/groups; Keras H,W,OUT,IN (`kernel`, one group
    /// only), PyTorch IN,OUT/groups,H,W (`weight`).
    DeconvKernel {
        /// Groups of the transposed convolution.
        groups: usize,
    },
    /// A dense layer's, canonical and Keras IN,OUT (`kernel`), PyTorch OUT,IN (`weight`).
    DenseKernel {
        /// Height, width, channels of the image flattened right before: a PyTorch kernel's inputs
        /// are then in C,H,W order.
        flattened: Option<[usize; 3]>,
    },
    /// `bias`.
    Bias,
    /// Batch norm's factor: `gamma`, PyTorch `weight`.
    Gamma,
    /// Batch norm's summand: `beta`, PyTorch `bias`.
    Beta,
    /// `moving_mean`, PyTorch `running_mean`.
    MovingMean,
    /// `moving_variance`, PyTorch `running_var`.
    MovingVariance,
    /// Prelu's slopes: `alpha` (also stored as 1,1,C), PyTorch `weight`.
    Alpha,
}

impl Role {
    /// Whether it is a running statistic: stored, but no parameter.
    pub fn is_statistic(self) -> bool {
        matches!(self, Self::MovingMean | Self::MovingVariance)
    }
}

impl Table {
    /// Whether kernels are transformed when a net is made of embedded weights.
    pub fn transforms(&self) -> bool {
        self.packs.iter().any(|pack| matches!(pack.form, Form::Winograd { .. }))
    }
}

impl Pack {
    /// How many numbers embedded weights hold for it.
    pub fn embedded_len(&self) -> usize {
        match self.form {
            Form::Winograd { tile, .. } => self.len / tile.positions() * 9,
            Form::Panels { .. }
            | Form::Turned { .. }
            | Form::TurnedTaps { .. }
            | Form::Batch { .. }
            | Form::Taps { .. }
            | Form::Bias { .. }
            | Form::Affine(_)
            | Form::Raw { .. } => self.len,
        }
    }
}

impl Tensor {
    /// A tensor of a layer.
    pub fn new(layer: impl Into<String>, role: Role, dims: Vec<usize>) -> Self {
        Self { layer: Cow::Owned(layer.into()), role, dims: Cow::Owned(dims) }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How the blob of packed weights is made of the tensors.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The tensors, indexed by the packs.
    pub tensors: Cow<'static, [Tensor]>,
    /// What stands where in the blob, by rising offset, without overlap.
    pub packs: Cow<'static, [Pack]>,
    /// Length of the blob in `f32`s.
    pub len: usize,
}

/// A piece of the blob.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// First `f32`.
    pub offset: usize,
    /// Number of `f32`s.
    pub len: usize,
    /// What it holds.
    pub form: Form,
}

/// The forms of a piece. Lanes past the last channel are zero.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// A kernel of a convolution, transposed or not, or of a dense layer (1x1) as
    /// `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`: a group's filters in panels, each with
    /// the taps in the order height, width, the group's input channels.
    Panels {
        /// Index of the kernel.
        kernel: usize,
        /// Batch norm folded in.
        fold: Option<Fold>,
        /// Groups.
        groups: usize,
        /// Width of a panel.
        lanes: usize,
    },
    /// The kernel turned round, by which a gradient goes back through a convolution or dense layer: taps in reverse order, the
    /// filters of a group in the place of its input channels and the other way about, in panels as
    /// [`Panels`](Form::Panels) describes them. A transposed convolution's taps stay in their order.
    Turned {
        /// Index of the kernel.
        kernel: usize,
        /// Groups.
        groups: usize,
        /// Width of a panel.
        lanes: usize,
    },
    /// A depthwise kernel's taps in reverse order, each as [`Taps`](Form::Taps) has them.
    TurnedTaps {
        /// Index of the kernel.
        kernel: usize,
        /// What a tap's filters are filled up to a multiple of.
        lanes: usize,
    },
    /// Nothing of a tensor: space for what training computes of the batch norm whose moving mean
    /// this is.
    Batch {
        /// Index of the moving mean.
        mean: usize,
    },
    /// A convolution's 3x3 kernel transformed, as `[positions][ceil(K / lanes)][C][lanes]`. Embedded
    /// weights hold it as panels, which are 16/9 or 4 times smaller.
    Winograd {
        /// Index of the kernel.
        kernel: usize,
        /// Batch norm folded in.
        fold: Option<Fold>,
        /// Width of a panel.
        lanes: usize,
        /// The tile.
        tile: Winograd,
    },
    /// A depthwise kernel as `[R*S][C*M filled up to a multiple of lanes]`, the canonical order, scaled
    /// by the folded batch norm.
    Taps {
        /// Index of the kernel.
        kernel: usize,
        /// Batch norm folded in.
        fold: Option<Fold>,
        /// What a tap's filters are filled up to a multiple of.
        lanes: usize,
    },
    /// Biases as `[groups][ceil(K/groups / lanes)][lanes]`; zeros and the batch norm's shift where
    /// there is no bias.
    Bias {
        /// Index of the bias.
        bias: Option<usize>,
        /// Batch norm folded in.
        fold: Option<Fold>,
        /// K.
        channels: usize,
        /// Groups.
        groups: usize,
        /// Width of a panel; 1 for no padding.
        lanes: usize,
    },
    /// A batch norm that stands alone, as `[scale; C]` then `[shift; C]`.
    Affine(Fold),
    /// A tensor as it is.
    Raw {
        /// Its index.
        tensor: usize,
    },
}

/// A batch norm as a factor and a summand a channel:
/// `scale = gamma / sqrt(variance + eps)`, `shift = beta - mean * scale`, computed in `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fold {
    /// Index of gamma; 1 without.
    pub gamma: Option<usize>,
    /// Index of beta; 0 without.
    pub beta: Option<usize>,
    /// Index of the moving mean.
    pub mean: usize,
    /// Index of the moving variance.
    pub variance: usize,
    /// Added to the variance.
    pub eps: f32,
}
