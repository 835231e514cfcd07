//! Transposed convolution; kernel in panels.

use crate::ir::Shape;
use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};
use crate::plan::{Isa, Layout};

/// A transposed convolution with folded batch norm. Weights: panels
/// `[groups][ceil(K/groups / lanes)][R*S*C/groups][lanes]`, then biases (always there).
///
/// Every output element is gathered, not scattered: its sum starts from the bias and goes over r,
/// s, c in this order, over the taps for which `p + top - r*dilation` is a multiple of the stride
/// that lies in the operand. Columns beside the operand are multiplied as zeros where it has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deconv {
    /// The operation.
    pub op: ir::deconv::Deconv,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Width of a panel.
    pub lanes: usize,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// So many weights (512 KB of a second-level cache) lie near enough to be read for every tile.
const WEIGHTS_NEAR: usize = 1 << 17;

impl Deconv {
    /// Whether vectors of channels are computed a row at a time.
    pub fn is_by_rows(&self) -> bool {
        self.op.groups == 1
    }

    /// Output pixels, a stride apart, that are computed at a time of one vector of filters.
    pub fn pixels(&self, isa: Isa) -> usize {
        isa.tiles().iter().map(|(vectors, pixels)| vectors * pixels).max().unwrap_or(1)
    }

    /// Whether the loop over filters lies outside that over rows, so that weights that do not stay
    /// near are read once.
    pub fn filters_outside(&self) -> bool {
        let [r, s] = self.op.kernel;
        r * s * self.x.shape.channels() * self.op.filters > WEIGHTS_NEAR
    }

    /// Whether the operand has zeros wherever a window reaches.
    pub fn is_covered(&self) -> bool {
        let [left, right] = reach(&self.op, self.x.shape, self.y.shape);
        let Layout { left: before, right: behind, .. } = self.x.layout;
        before >= left && behind >= right
    }
}

/// The columns before and behind a row that windows reach.
fn reach(op: &ir::deconv::Deconv, x: Shape, y: Shape) -> [usize; 2] {
    let ([_, w, _], [_, q, _]) = (x.hwc(), y.hwc());
    let stride = op.stride[1] as i64;
    let mut reach = [0, 0];
    for phase in 0..op.stride[1].min(q) {
        let last = ((q - 1 - phase) / op.stride[1]) as i64;
        for s in 0..op.kernel[1] {
            let place = phase as i64 + op.pads.left - (s * op.dilation[1]) as i64;
            if place.rem_euclid(stride) == 0 {
                let first = place.div_euclid(stride);
                let behind = first + last + 1 - w as i64;
                reach = [reach[0].max(-first), reach[1].max(behind)];
            }
        }
    }
    reach.map(|columns: i64| usize::try_from(columns).unwrap_or(0))
}

/// The columns of zeros that the operand had best have before and behind each row; none where they
/// would be mostly padding.
pub(in crate::plan) fn beside(op: &ir::deconv::Deconv, x: Shape, y: Shape) -> [usize; 2] {
    let [left, right] = reach(op, x, y);
    let [_, w, _] = x.hwc();
    if left + right <= w + PANEL { [left, right] } else { [0, 0] }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::deconv::Deconv, mut call: Call<'_>) -> Kernel {
    call.panels(op.groups, PANEL);
    call.bias(op.filters, op.groups, PANEL);
    Kernel::Deconv(Deconv {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        lanes: PANEL,
        epilogue: call.epilogue,
    })
}
