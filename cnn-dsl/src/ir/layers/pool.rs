//! `pool`: largest or mean value of a window, of the whole image, or of a given number of regions.

use crate::ir::Pads;

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
