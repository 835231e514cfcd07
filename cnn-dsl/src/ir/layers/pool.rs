//! `pool`: largest or mean value of a window, of the whole image, or of a given number of regions.

use crate::ir::shape::output_size;
use crate::ir::{Pads, Shape};

/// A pooling layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pool {
    /// Largest or mean.
    pub kind: PoolKind,
    /// Over what.
    pub over: PoolOver,
}

/// What is taken of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// The largest value; NaN wins.
    Max,
    /// The mean.
    Average,
}

/// The windows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PoolOver {
    /// Sliding windows.
    Window {
        /// R, S.
        kernel: [usize; 2],
        /// Vertical, horizontal.
        stride: [usize; 2],
        /// Never larger than the kernel; padding is never the largest value.
        pads: Pads,
        /// PyTorch's `ceil_mode`.
        ceil: bool,
        /// Whether an average counts the padding (`include_pad`). As PyTorch's
        /// `count_include_pad`: pixels beyond input and pads (by `ceil`) are never counted.
        include_pad: bool,
    },
    /// The whole image; the result is 1x1xC.
    Global,
    /// `to HxW`: PyTorch's adaptive pooling, region `i` being `floor(i*H/P) .. ceil((i+1)*H/P)`.
    Regions([usize; 2]),
}

impl Pool {
    /// The channels stay; `None` where the window does not fit.
    pub fn output(&self, input: Shape) -> Option<Shape> {
        let Shape::Image { h, w, c } = input else { return None };
        match self.over {
            PoolOver::Window { kernel, stride, pads, ceil, include_pad: _ } => {
                let p = output_size(h, kernel[0], stride[0], 1, pads.vertical(), ceil)?;
                let q = output_size(w, kernel[1], stride[1], 1, pads.horizontal(), ceil)?;
                Shape::image(p, q, c)
            }
            PoolOver::Global => Shape::image(1, 1, c),
            PoolOver::Regions([p, q]) => Shape::image(p, q, c),
        }
    }
}
