//! A range of channels.

use crate::ir::layers as ir;
use crate::plan::Layout;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};
use crate::plan::layout::BLOCKS_FROM;

/// A range of channels.
///
/// Also the conversion between layouts: the plan inserts one of all channels, from a value to its
/// `lanes = 1` copy, where a convolution over x reads what others read densely or in blocks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// The operation.
    pub op: ir::slice::Slice,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

impl Slice {
    /// Whether it copies vectors of channels, from the first one of a block on.
    pub fn is_of_blocks(&self) -> bool {
        let many = self.y.shape.channels() >= BLOCKS_FROM && self.y.layout.lanes > 1;
        many && self.op.from.is_multiple_of(PANEL)
    }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::slice::Slice, call: Call<'_>) -> Kernel {
    Kernel::Slice(Slice { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}

/// The kernel of some channels, of a layer or of one part of a `split`.
pub(in crate::plan) fn channels(from: usize, x: View, y: View, epilogue: Epilogue) -> Kernel {
    let op = ir::slice::Slice { from, to: from + y.shape.channels() };
    Kernel::Slice(Slice { op, x, y, epilogue })
}

/// A copy of a value in another layout.
pub(in crate::plan) fn conversion(x: View, layout: Layout) -> Kernel {
    let op = ir::slice::Slice { from: 0, to: x.shape.channels() };
    Kernel::Slice(Slice { op, x, y: View { shape: x.shape, layout }, epilogue: Vec::new() })
}
