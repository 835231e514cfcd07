//! How a kernel's result is shared out among threads: by rows where there are enough, else by blocks
//! of channels. What is over sooner than another thread has heard of it is not shared out.
//!
//! Who computes an element never changes how, so the bits do not depend on the number of threads.

use crate::plan::layers::{Kernel, View};

/// How a kernel takes its operands and result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// As whole arrays; one thread runs it.
    Whole,
    /// As rows and a part; one thread runs it.
    Alone,
    /// As rows and a part: some rows of the result a thread.
    Rows,
    /// As rows and a part: some blocks of channels of every row a thread.
    Spans,
}

/// From so many multiply-adds on (2 us of an AVX-512 core) a kernel is shared out.
const MULT_ADDS: usize = 100_000;
/// From so many elements on a kernel that does little with each is shared out.
const ELEMENTS: usize = 40_000;
/// From so many rows on halves and quarters of them are nearly even.
const ROWS: usize = 12;

impl Kernel {
    /// How the kernel takes its operands and result.
    pub fn sharing(&self) -> Sharing {
        match self {
            Self::Conv(k) if k.unroll || !k.is_over_channels() => Sharing::Whole,
            Self::Conv(k) => {
                let [r, s] = k.op.kernel;
                let taps = r * s * k.x.shape.channels() / k.op.groups;
                let rows = k.y.shape.hwc()[0].div_ceil(k.rows_together());
                by_work(k.y, rows, k.y.shape.len() * taps, k.op.groups == 1)
            }
            Self::Dw(k) if k.unroll || k.op.multiplier > 1 => Sharing::Whole,
            Self::Dw(k) => {
                let [r, s] = k.op.kernel;
                by_work(k.y, k.y.shape.hwc()[0], k.y.shape.len() * r * s, true)
            }
            Self::Deconv(k) if k.is_by_rows() => {
                let [r, s] = k.op.kernel;
                let taps = k.x.shape.len() * r * s;
                by_work(k.y, k.y.shape.hwc()[0], taps.saturating_mul(k.op.filters), true)
            }
            Self::Pool(k) => by_elements(k.y, k.x),
            Self::Add(k) => by_elements(k.y, k.y),
            Self::Mul(k) => by_elements(k.y, k.y),
            Self::Activation(k) => by_elements(k.y, k.x),
            Self::Bn(k) => by_elements(k.y, k.x),
            Self::Scale(k) => by_elements(k.y, k.x),
            Self::Concat(k) if k.is_of_blocks() => by_elements(k.y, k.y),
            Self::Slice(k) if k.is_of_blocks() => by_elements(k.y, k.y),
            Self::Pad(k) if k.is_by_rows() => by_elements(k.y, k.y),
            Self::Resize(k) => by_elements(k.y, k.y),
            Self::Concat(_)
            | Self::Slice(_)
            | Self::Pad(_)
            | Self::Input(_)
            | Self::Deconv(_)
            | Self::Dense(_)
            | Self::Softmax(_)
            | Self::Lrn(_)
            | Self::Split(_)
            | Self::Shuffle(_)
            | Self::Depth(_) => Sharing::Whole,
            Self::Gradient(k) if k.takes_rows() => Sharing::Alone,
            Self::Gradient(_) => Sharing::Whole,
        }
    }
}

fn by_work(y: View, rows: usize, mult_adds: usize, by_spans: bool) -> Sharing {
    if mult_adds < MULT_ADDS { Sharing::Alone } else { shared(y, rows, by_spans) }
}

fn by_elements(y: View, x: View) -> Sharing {
    if x.shape.len().max(y.shape.len()) < ELEMENTS {
        Sharing::Alone
    } else {
        shared(y, y.shape.hwc()[0], true)
    }
}

/// Shared out by `rows`, each of which may be several of the image, or by blocks of channels.
fn shared(y: View, rows: usize, by_spans: bool) -> Sharing {
    let has_spans = by_spans && y.layout.units(y.shape)[1] > 1;
    if rows >= ROWS || (rows > 1 && !has_spans) {
        Sharing::Rows
    } else if has_spans {
        Sharing::Spans
    } else {
        Sharing::Alone
    }
}
