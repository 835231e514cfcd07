//! Layers of the backward pass that are no kernel of the forward pass with other sizes.

use crate::ir::gradient::{self as ir, Linear};
use crate::ir::layers::conv::Conv;
use crate::plan::layers::conv::{self, operand};
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};
use crate::plan::layers::{dense, dw};
use crate::plan::weights::{self, panels_len, turned_len};
use cnn_weights::{Form, Role};

/// A layer of the backward pass. It takes whole arrays of one sample, but for the element-wise ones.
///
/// - `Weights` adds to the sample's slot, first the kernel's gradient in panels or taps as the
///   forward kernel has its weights, then the bias's where there is one. Of a transposed convolution
///   they lie as the convolution that goes back through it has its weights.
/// - `Normalise`, `Sums` and `Centre` read a piece of six rows of `[C filled up to a multiple of
///   PANEL]`: scale, shift, mean, a, b, c.
/// - `Dense`, and `Turned` and `Weights` of a dense layer, take [`SAMPLES`] operands one behind the
///   other, and write as many results.
/// - `Centre` and `Activation` overwrite `d_y` where nobody else needs it: then it is no operand.
/// - `Prelu` reads the slopes, `Slopes` adds to their gradients in the sample's slot.
/// - `Draw` and `Loss` are no functions: the runtime writes the one before the first step, and
///   computes the other between two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gradient {
    /// The operation.
    pub op: ir::Gradient,
    /// Operands that it reads.
    pub xs: Vec<View>,
    /// Results.
    pub ys: Vec<View>,
    /// Applied at the store of `Normalise`.
    pub epilogue: Epilogue,
}

/// Samples that are computed at a time where weights are read but once.
pub const SAMPLES: usize = 4;

/// Rows of the piece of a batch norm.
pub const BATCH_ROWS: usize = 6;

impl Gradient {
    /// Whether it takes rows and writes a part, as the forward pass' element-wise kernels do.
    pub fn takes_rows(&self) -> bool {
        match &self.op {
            ir::Gradient::Normalise(_)
            | ir::Gradient::Centre(..)
            | ir::Gradient::Resize(_)
            | ir::Gradient::Prelu => true,
            ir::Gradient::Dense(_)
            | ir::Gradient::Turned(_)
            | ir::Gradient::Weights(_)
            | ir::Gradient::Biases
            | ir::Gradient::Activation(_)
            | ir::Gradient::Pool(_)
            | ir::Gradient::Reshape(_)
            | ir::Gradient::Spread { .. }
            | ir::Gradient::Slopes
            | ir::Gradient::Lrn(_)
            | ir::Gradient::Gate
            | ir::Gradient::Draw
            | ir::Gradient::Dropout { .. }
            | ir::Gradient::Loss { .. }
            | ir::Gradient::Moments(_)
            | ir::Gradient::Sums(..) => false,
        }
    }
}

/// The kernel of a layer; `None` for a mere reshaping.
pub(in crate::plan) fn kernel(op: &ir::Gradient, mut call: Call<'_>) -> Option<Kernel> {
    let mut xs = call.xs.clone();
    match op {
        ir::Gradient::Turned(Linear::Conv(op)) => {
            return Some(conv::kernel(op, Call { turned: true, ..call }));
        }
        ir::Gradient::Turned(Linear::Dw(op)) => {
            return Some(dw::kernel(op, Call { turned: true, ..call }));
        }
        ir::Gradient::Turned(Linear::Dense(op)) => {
            call.turned = true;
            call.panels(1, dense::lanes(op.units, xs[0].shape.len()));
        }
        ir::Gradient::Dense(op) => {
            let lanes = dense::lanes(op.units, xs[0].shape.len());
            call.panels(1, lanes);
            call.bias(op.units, 1, lanes);
        }
        ir::Gradient::Reshape(_) => return None,
        ir::Gradient::Weights(op) => gradients(op, &mut call),
        ir::Gradient::Biases => {
            let channels = xs[0].shape.channels();
            bias(&mut call, [channels, 1, PANEL]);
        }
        ir::Gradient::Moments(_) => {}
        ir::Gradient::Normalise(_) => {
            xs.truncate(1);
            call.batch();
        }
        ir::Gradient::Sums(..) | ir::Gradient::Centre(..) => {
            xs.truncate(2);
            call.batch();
        }
        ir::Gradient::Prelu => call.raw(Role::Alpha),
        ir::Gradient::Slopes => slopes(&mut call),
        ir::Gradient::Activation(_)
        | ir::Gradient::Pool(_)
        | ir::Gradient::Spread { .. }
        | ir::Gradient::Resize(_)
        | ir::Gradient::Lrn(_)
        | ir::Gradient::Gate
        | ir::Gradient::Draw
        | ir::Gradient::Dropout { .. }
        | ir::Gradient::Loss { .. } => {}
    }
    Some(Kernel::Gradient(Gradient { op: op.clone(), xs, ys: call.ys, epilogue: call.epilogue }))
}

/// Whether the vectors of the gradient of a convolution's kernel lie over x, as its own do.
pub fn is_over_columns(op: &Conv, x: View, d_y: View) -> bool {
    operand(op, x.shape, d_y.shape).is_some()
}

/// Asks for the place of the gradients of a prelu's slopes.
fn slopes(call: &mut Call<'_>) {
    let slopes = call.weights.and_then(|w| weights::tensor(w, |role| role == Role::Alpha));
    if let Some((tensor, slopes)) = slopes {
        call.gradient(Form::Raw { tensor }, slopes.len());
    }
}

/// Asks for the places of the gradients of a layer's kernel and bias.
fn gradients(op: &Linear, call: &mut Call<'_>) {
    let (x, d_y) = (call.xs[0], call.xs[1]);
    let (lanes, groups, channels, has_bias) = match op {
        Linear::Conv(op) if is_over_columns(op, x, d_y) => (1, op.groups, op.filters, op.bias),
        Linear::Conv(op) => (PANEL, op.groups, op.filters, op.bias),
        Linear::Dw(op) => (PANEL, 1, d_y.shape.channels(), op.bias),
        Linear::Dense(op) => (dense::lanes(op.units, x.shape.len()), 1, op.units, op.bias),
    };
    let Some(weights) = call.weights else { return };
    let is_kernel = |role| matches!(role, Role::Kernel { .. } | Role::DenseKernel { .. });
    if let Some((kernel, tensor)) = weights::tensor(weights, is_kernel) {
        let form = Form::Panels { kernel, fold: None, groups, lanes };
        call.gradient(form, panels_len(tensor, groups, lanes));
    }
    let is_transposed = |role| matches!(role, Role::DeconvKernel { .. });
    if let Some((kernel, tensor)) = weights::tensor(weights, is_transposed) {
        let len = turned_len(tensor, groups, lanes);
        call.gradient(Form::Turned { kernel, groups, lanes }, len);
    }
    if let Some((kernel, tensor)) = weights::tensor(weights, |r| r == Role::DepthwiseKernel) {
        let len = tensor.len() / channels * channels.next_multiple_of(lanes);
        call.gradient(Form::Taps { kernel, fold: None, lanes }, len);
    }
    if has_bias {
        bias(call, [channels, groups, lanes]);
    }
}

/// Asks for the place of the gradient of a layer's biases, in panels of so many lanes.
fn bias(call: &mut Call<'_>, [channels, groups, lanes]: [usize; 3]) {
    let bias = call.weights.and_then(|w| weights::tensor(w, |role| role == Role::Bias));
    if let Some((bias, _)) = bias {
        let len = groups * (channels / groups).next_multiple_of(lanes);
        call.gradient(Form::Bias { bias: Some(bias), fold: None, channels, groups, lanes }, len);
    }
}
