//! Depthwise convolution.

use crate::ir::layers as ir;
use crate::plan::Isa;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// A depthwise convolution with folded batch norm. Weights: taps `[R*S][C*M]`, then biases `[C*M]`
/// (always there), with C*M filled up to a multiple of [`PANEL`]. The sum of each element starts from the bias and goes over r, s; taps outside
/// the image are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dw {
    /// The operation.
    pub op: ir::dw::Dw,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}

impl Dw {
    /// Filters of a tap, filled up.
    pub fn padded(&self) -> usize {
        self.y.shape.channels().next_multiple_of(PANEL)
    }

    /// Neighbouring pixels a tile.
    pub fn pixels(&self, isa: Isa) -> usize {
        let [_, q, _] = self.y.shape.hwc();
        let most = match isa {
            Isa::Portable => 1,
            Isa::Avx2 => 3,
            Isa::Avx512 => 4,
        };
        most.min(q)
    }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::dw::Dw, mut call: Call<'_>) -> Kernel {
    call.taps(PANEL);
    call.bias(call.y().shape.channels(), 1, PANEL);
    Kernel::Dw(Dw {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        unroll: call.unroll,
        epilogue: call.epilogue,
    })
}
