//! Pooling.

use crate::ir::layers as ir;
use crate::ir::layers::pool::PoolOver;
use crate::plan::layers::{Call, Epilogue, Kernel, View};
use std::ops::Range;

/// Pooling. A window's pixels are taken row by row. The largest starts from minus infinity and is
/// replaced by what is larger or NaN; the mean is the sum from 0 divided by the count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pool {
    /// The operation.
    pub op: ir::pool::Pool,
    /// Operand.
    pub x: View,
    /// Result.
    pub y: View,
    /// Applied at the store.
    pub epilogue: Epilogue,
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::pool::Pool, call: Call<'_>) -> Kernel {
    Kernel::Pool(Pool { op: op.clone(), x: call.x(), y: call.y(), epilogue: call.epilogue })
}

/// The pixels of the image that one output pixel is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Their rows.
    pub rows: Range<usize>,
    /// Their columns.
    pub columns: Range<usize>,
    /// What an average divides by: with `include_pad` padding counts too. Never 0.
    pub count: usize,
}

impl Pool {
    /// The window of an output pixel. Rows depend on the row alone, columns on the column, the
    /// count is the product of one factor each.
    pub fn window(&self, [p, q]: [usize; 2]) -> Window {
        let [h, w, _] = self.x.shape.hwc();
        let ((rows, height), (columns, width)) = match &self.op.over {
            PoolOver::Global => ((0..h, h), (0..w, w)),
            PoolOver::Regions([rows, columns]) => (region(p, h, *rows), region(q, w, *columns)),
            PoolOver::Window { kernel, stride, pads, include_pad, ceil: _ } => {
                let side = |at: usize, i: usize, size: usize, before: i64, after: i64| {
                    let padded = size as i64 + after;
                    sliding(at, [kernel[i], stride[i]], size, before, padded, *include_pad)
                };
                (side(p, 0, h, pads.top, pads.bottom), side(q, 1, w, pads.left, pads.right))
            }
        };
        Window { rows, columns, count: (height * width).max(1) }
    }
}

/// One side of region `at` of `regions`, and its length.
fn region(at: usize, size: usize, regions: usize) -> (Range<usize>, usize) {
    let range = at * size / regions..((at + 1) * size).div_ceil(regions);
    let length = range.len();
    (range, length)
}

/// One side of a sliding window: what of it lies in the image, and how much of it counts. What
/// lies beyond the `padded` end, where `ceil` lets a window reach, never does.
fn sliding(
    at: usize,
    [kernel, stride]: [usize; 2],
    size: usize,
    before: i64,
    padded: i64,
    include_pad: bool,
) -> (Range<usize>, usize) {
    let start = (at * stride) as i64 - before;
    let end = start + kernel as i64;
    let inside = |at: i64| at.clamp(0, size as i64) as usize;
    let range = inside(start)..inside(end);
    let padded = (end.min(padded) - start).max(0) as usize;
    let length = if include_pad { padded } else { range.len() };
    (range, length)
}
