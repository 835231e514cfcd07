//! Shapes of values, and the sizes that windows give.

use std::fmt;

/// The most elements that one value or one tensor of weights may have: what a 32-bit index reaches,
/// and so few that products of two of them fit into 64 bits.
pub const MAX_ELEMENTS: usize = 1 << 31;

/// The shape of one value; the batch is never part of it. Every size is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Height, width, channels.
    Image {
        /// Rows.
        h: usize,
        /// Columns.
        w: usize,
        /// Channels.
        c: usize,
    },
    /// A vector.
    Vector(usize),
}

impl Shape {
    /// An image, if no size is zero and its elements are not more than [`MAX_ELEMENTS`].
    pub fn image(h: usize, w: usize, c: usize) -> Option<Self> {
        Self::Image { h, w, c }.checked()
    }

    /// A vector, by the same rule.
    pub fn vector(n: usize) -> Option<Self> {
        Self::Vector(n).checked()
    }

    /// Itself, if no size is zero and its elements are not more than [`MAX_ELEMENTS`].
    pub fn checked(self) -> Option<Self> {
        let elements = checked_elements(&self.hwc())?;
        (1..=MAX_ELEMENTS).contains(&elements).then_some(self)
    }

    /// The number of elements.
    pub fn len(self) -> usize {
        match self {
            Self::Image { h, w, c } => h * w * c,
            Self::Vector(n) => n,
        }
    }

    /// Never: every size is at least 1. (Asked for by clippy beside `len`.)
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Height, width and channels; a vector is 1 x 1 x n.
    pub fn hwc(self) -> [usize; 3] {
        match self {
            Self::Image { h, w, c } => [h, w, c],
            Self::Vector(n) => [1, 1, n],
        }
    }

    /// The number of channels, or of a vector's elements.
    pub fn channels(self) -> usize {
        self.hwc()[2]
    }

    /// The same height and width with other channels; a vector stays one.
    pub fn with_channels(self, c: usize) -> Self {
        match self {
            Self::Image { h, w, .. } => Self::Image { h, w, c },
            Self::Vector(_) => Self::Vector(c),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image { h, w, c } => write!(f, "{h}x{w}x{c}"),
            Self::Vector(n) => write!(f, "{n}"),
        }
    }
}

/// The product of sizes, if it can be counted.
pub fn checked_elements(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
}

/// Rows and columns added around an image; `pad` alone may have negative ones, which crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pads {
    pub top: i64,
    pub bottom: i64,
    pub left: i64,
    pub right: i64,
}

impl Pads {
    /// Before and after the rows.
    pub fn vertical(self) -> (i64, i64) {
        (self.top, self.bottom)
    }

    /// Each of them changed.
    #[must_use]
    pub fn map(self, change: impl Fn(i64) -> i64) -> Self {
        let Self { top, bottom, left, right } = self;
        let [top, bottom, left, right] = [top, bottom, left, right].map(change);
        Self { top, bottom, left, right }
    }

    /// Before and after the columns.
    pub fn horizontal(self) -> (i64, i64) {
        (self.left, self.right)
    }
}

/// How far a dilated kernel reaches: `dilation * (kernel - 1) + 1`.
pub fn reach(kernel: usize, dilation: usize) -> Option<usize> {
    kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)
}

/// An image's height and width with rows and columns added or cropped; `None` where nothing remains.
pub fn padded([h, w]: [usize; 2], pads: Pads) -> Option<[usize; 2]> {
    let size = |size: usize, (before, after): (i64, i64)| {
        let size = i64::try_from(size).ok()?.checked_add(before)?.checked_add(after)?;
        usize::try_from(size).ok().filter(|&s| s > 0)
    };
    Some([size(h, pads.vertical())?, size(w, pads.horizontal())?])
}

/// `floor((input + before + after - dilation * (kernel - 1) - 1) / stride) + 1`, or `None` where the
/// kernel is larger than the padded input. `ceil` is PyTorch's rule: rounded up, but a window that
/// would start beyond the input and its first pad is dropped.
pub fn output_size(
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    (before, after): (i64, i64),
    ceil: bool,
) -> Option<usize> {
    let input = i64::try_from(input).ok()?;
    let stride = i64::try_from(stride).ok()?;
    let reach = i64::try_from(reach(kernel, dilation)?).ok()?;
    let room = input.checked_add(before)?.checked_add(after)?.checked_sub(reach)?;
    if room < 0 || stride < 1 {
        return None;
    }
    let mut size = if ceil { room.checked_add(stride - 1)? / stride } else { room / stride } + 1;
    if ceil && (size - 1).checked_mul(stride)? >= input + before {
        size -= 1;
    }
    usize::try_from(size).ok()
}

/// TensorFlow's `same`: the output is `ceil(input / stride)`; the odd pixel goes behind.
pub fn same_pads(
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
) -> Option<(i64, i64)> {
    let input = i64::try_from(input).ok()?;
    let stride = i64::try_from(stride).ok()?;
    let reach = i64::try_from(reach(kernel, dilation)?).ok()?;
    let out = input.checked_add(stride - 1)?.checked_div(stride)?;
    let total = (out - 1).checked_mul(stride)?.checked_add(reach)?.checked_sub(input)?.max(0);
    Some((total / 2, total - total / 2))
}

/// A transposed convolution's size, `(input - 1) * stride + reach - before - after + output_pad`;
/// `None` where the pads cut everything away.
pub fn transposed_size(
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    (before, after): (i64, i64),
    output_pad: usize,
) -> Option<usize> {
    let full = input.checked_sub(1)?.checked_mul(stride)?.checked_add(reach(kernel, dilation)?)?;
    let full = i64::try_from(full.checked_add(output_pad)?).ok()?;
    let size = full.checked_sub(before)?.checked_sub(after)?;
    usize::try_from(size).ok().filter(|&s| s > 0)
}

/// TensorFlow's `same` for a transposed convolution, whose result is `input * stride`: what is cut
/// before and after the full result, and what is added to it where the kernel is shorter than the
/// stride.
pub fn transposed_same(
    kernel: usize,
    stride: usize,
    dilation: usize,
) -> Option<((i64, i64), usize)> {
    let reach = reach(kernel, dilation)?;
    let cut = i64::try_from(reach.saturating_sub(stride)).ok()?;
    Some(((cut / 2, cut - cut / 2), stride.saturating_sub(reach)))
}

#[cfg(test)]
mod tests {
    use super::{MAX_ELEMENTS, Shape, output_size, same_pads, transposed_same, transposed_size};

    /// S2 of the lecture: 6x6, 3x3 filter, stride 2, padding 1 -> 3x3.
    #[test]
    fn lecture_output_size() {
        assert_eq!(output_size(6, 3, 2, 1, (1, 1), false), Some(3));
    }

    #[test]
    fn kernel_larger_than_padded_input() {
        assert_eq!(output_size(4, 5, 1, 1, (0, 0), false), None);
        assert_eq!(output_size(4, 5, 1, 1, (1, 0), false), Some(1));
        assert_eq!(output_size(8, 3, 1, 4, (0, 0), false), None);
    }

    /// `torch.nn.functional.conv2d` (2.15): input, kernel, stride, dilation, padding -> output.
    #[test]
    fn convolution_sizes_are_pytorchs() {
        let cases = [
            (28, 3, 1, 1, 0, 26),
            (224, 7, 2, 1, 3, 112),
            (15, 3, 2, 2, 1, 7),
            (17, 5, 3, 1, 0, 5),
            (9, 3, 1, 4, 0, 1),
            (5, 1, 3, 1, 0, 2),
            (1, 3, 2, 1, 1, 1),
            (7, 7, 4, 1, 3, 2),
        ];
        for (input, kernel, stride, dilation, pad, output) in cases {
            let size = output_size(input, kernel, stride, dilation, (pad, pad), false);
            assert_eq!(size, Some(output), "{input} by {kernel}");
        }
    }

    /// `torch.nn.functional.max_pool2d` (2.15): input, kernel, stride, padding -> output, with
    /// `ceil_mode` after. The last window must start in the input or its first pad.
    #[test]
    fn pooling_sizes_are_pytorchs() {
        let cases = [
            (5, 2, 2, 0, 2, 3),
            (3, 2, 3, 1, 2, 2),
            (4, 1, 3, 0, 2, 2),
            (6, 3, 2, 0, 2, 3),
            (7, 3, 2, 1, 4, 4),
            (112, 3, 2, 1, 56, 57),
            (13, 3, 2, 0, 6, 6),
            (2, 3, 5, 1, 1, 1),
            (8, 5, 3, 2, 3, 4),
            (10, 4, 4, 2, 3, 3),
            (1, 2, 2, 1, 1, 1),
            (6, 2, 7, 0, 1, 1),
        ];
        for (input, kernel, stride, pad, floor, ceil) in cases {
            let size = |mode| output_size(input, kernel, stride, 1, (pad, pad), mode);
            assert_eq!((size(false), size(true)), (Some(floor), Some(ceil)), "{input} by {kernel}");
        }
    }

    /// `torch.nn.ConvTranspose2d` (2.15): input, kernel, stride, padding, `output_padding`,
    /// dilation -> output.
    #[test]
    fn transposed_sizes_are_pytorchs() {
        let cases = [
            (4, 3, 2, 1, 1, 1, 8),
            (4, 3, 2, 0, 0, 1, 9),
            (7, 4, 2, 1, 0, 1, 14),
            (5, 2, 3, 0, 2, 1, 16),
            (3, 3, 1, 1, 0, 2, 5),
            (6, 1, 3, 0, 1, 1, 17),
            (1, 5, 4, 2, 3, 1, 4),
            (4, 3, 2, 2, 1, 3, 10),
        ];
        for (input, kernel, stride, pad, output_pad, dilation, output) in cases {
            let size = transposed_size(input, kernel, stride, dilation, (pad, pad), output_pad);
            assert_eq!(size, Some(output), "{input} by {kernel}");
        }
        assert_eq!(transposed_size(1, 3, 1, 1, (2, 1), 0), None);
    }

    #[test]
    fn same_puts_the_odd_pixel_behind() {
        assert_eq!(same_pads(224, 3, 2, 1), Some((0, 1)));
        assert_eq!(same_pads(7, 3, 1, 1), Some((1, 1)));
        assert_eq!(same_pads(5, 1, 2, 1), Some((0, 0)));
    }

    /// Keras' `Conv2DTranspose(padding="same")`: the result is the input times the stride.
    #[test]
    fn transposed_same_multiplies_by_the_stride() {
        for (input, kernel, stride, dilation) in
            [(5, 3, 2, 1), (5, 4, 2, 1), (5, 1, 3, 1), (7, 2, 2, 1), (1, 5, 1, 1), (4, 3, 1, 2)]
        {
            let (pads, output_pad) = transposed_same(kernel, stride, dilation).unwrap();
            let size = transposed_size(input, kernel, stride, dilation, pads, output_pad);
            assert_eq!(size, Some(input * stride), "{kernel} by {stride}");
        }
        assert_eq!(transposed_same(3, 2, 1), Some(((0, 1), 0)));
    }

    #[test]
    fn what_cannot_be_indexed_is_no_shape() {
        assert!(Shape::vector(MAX_ELEMENTS).is_some());
        assert_eq!(Shape::vector(MAX_ELEMENTS + 1), None);
        assert_eq!(Shape::image(1 << 16, 1 << 15, 2), None);
        assert_eq!(Shape::image(usize::MAX, usize::MAX, 1), None);
        assert_eq!(Shape::image(3, 0, 3), None);
        assert_eq!(output_size(usize::MAX, 3, 1, 1, (0, 0), false), None);
        assert_eq!(output_size(3, 0, 1, 1, (0, 0), false), None);
        assert_eq!(output_size(3, usize::MAX, 1, usize::MAX, (0, 0), false), None);
    }
}
