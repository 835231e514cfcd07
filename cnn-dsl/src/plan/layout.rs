//! How a value's elements lie in memory.

use crate::ir::Shape;

/// Rows of `[ceil(C / lanes)][left + W + right][lanes]`, one after the other.
///
/// `lanes = C` without columns beside is dense NHWC; `lanes = 16` is the blocked layout of fast
/// kernels; `lanes = 1` keeps the channels of a row apart, for vectors over x. The columns beside are
/// zero, and so are lanes past the last channel: a kernel that writes a value writes them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Channels that lie side by side.
    pub lanes: usize,
    /// Zero columns before each row.
    pub left: usize,
    /// Zero columns behind each row.
    pub right: usize,
}

impl Layout {
    /// Dense NHWC.
    pub fn dense(shape: Shape) -> Self {
        Self { lanes: shape.channels(), left: 0, right: 0 }
    }

    /// Blocks of channels in a pixel.
    pub fn blocks(self, shape: Shape) -> usize {
        shape.channels().div_ceil(self.lanes)
    }

    /// `f32`s from a pixel to the next one in its row and block.
    pub fn column(self) -> usize {
        self.lanes
    }

    /// `f32`s from a block of channels to the next one in its row.
    pub fn block(self, shape: Shape) -> usize {
        (self.left + shape.hwc()[1] + self.right) * self.lanes
    }

    /// `f32`s from a row to the next one.
    pub fn row(self, shape: Shape) -> usize {
        self.blocks(shape) * self.block(shape)
    }

    /// `f32`s in all.
    pub fn len(self, shape: Shape) -> usize {
        shape.hwc()[0] * self.row(shape)
    }

    /// Where an element lies.
    pub fn index(self, shape: Shape, [h, w, c]: [usize; 3]) -> usize {
        h * self.row(shape)
            + (c / self.lanes) * self.block(shape)
            + (self.left + w) * self.lanes
            + c % self.lanes
    }

    /// Whether this is dense NHWC for the shape.
    pub fn is_dense(self, shape: Shape) -> bool {
        self == Self::dense(shape)
    }
}
