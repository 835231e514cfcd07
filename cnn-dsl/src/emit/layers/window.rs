//! Sliding windows over an image: which rows and columns of a window lie inside it.

use crate::emit::print::{index, int, repeated, typed};
use crate::ir::Pads;
use crate::plan::layers::View;
use proc_macro2::TokenStream;
use quote::quote;

/// A window that slides over an image. Rows outside are left out, and so are columns, but where the
/// image has as many columns of noughts beside it as the window reaches.
pub(super) struct Window {
    /// R, S.
    pub kernel: [usize; 2],
    /// Vertical, horizontal.
    pub stride: [usize; 2],
    /// Vertical, horizontal.
    pub dilation: [usize; 2],
    top: usize,
    left: usize,
    x: View,
    /// Whether columns of noughts beside the image are as good as the image.
    covers: bool,
    /// H, W, C.
    pub input: [usize; 3],
    /// P, Q, K.
    pub output: [usize; 3],
}

/// One direction of a window.
struct Axis {
    kernel: usize,
    stride: usize,
    dilation: usize,
    pad: usize,
    size: usize,
    outputs: usize,
}

/// Some output pixels of a row for which the same text serves.
pub(super) struct Tile<'a> {
    /// How many neighbouring pixels.
    pub pixels: usize,
    /// The first one's column: the variable `q`.
    pub q: &'a TokenStream,
    /// The window's columns inside the image, a range; `None` where all are.
    pub columns: Option<TokenStream>,
}

impl Window {
    pub fn new(
        kernel: [usize; 2],
        stride: [usize; 2],
        dilation: [usize; 2],
        pads: Pads,
        x: View,
        y: View,
    ) -> Self {
        let size = |pad| usize::try_from(pad).unwrap_or(0);
        let (input, output) = (x.shape.hwc(), y.shape.hwc());
        let (top, left) = (size(pads.top), size(pads.left));
        Self { kernel, stride, dilation, top, left, x, covers: true, input, output }
    }

    fn axis(&self, axis: usize) -> Axis {
        Axis {
            kernel: self.kernel[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
            pad: [self.top, self.left][axis],
            size: self.input[axis],
            outputs: self.output[axis],
        }
    }

    /// The row of the image that output row `p` sees at `r`.
    pub fn height(&self) -> TokenStream {
        index(&[(&quote!(p), self.stride[0]), (&quote!(r), self.dilation[0])], 0, self.top)
    }

    /// Where channel 0 of the pixel lies in its row that output column `q` sees at tap `s`, or at the
    /// first one.
    pub fn place(&self, q: &TokenStream, s: Option<&TokenStream>) -> TokenStream {
        let column = self.column_step();
        let tap = s.map(|s| (s, self.dilation[1] * column));
        let terms: Vec<_> = [(q, self.stride[1] * column)].into_iter().chain(tap).collect();
        index(&terms, self.x.layout.left * column, self.left * column)
    }

    /// `f32`s from a pixel to the next.
    pub fn column_step(&self) -> usize {
        self.x.layout.column()
    }

    /// The same over the image alone: the columns of noughts beside it are not looked at.
    pub fn within_image(mut self) -> Self {
        self.covers = false;
        self
    }

    /// Whether the image has noughts beside it wherever a window reaches.
    fn is_covered(&self) -> bool {
        if !self.covers {
            return false;
        }
        let [_, w, _] = self.input;
        let [_, q, _] = self.output;
        let last = (q - 1) * self.stride[1] + (self.kernel[1] - 1) * self.dilation[1];
        let layout = self.x.layout;
        layout.left >= self.left && last < w + self.left + layout.right
    }

    /// The rows of the window inside the image, for output row `p`: a range.
    pub fn rows(&self) -> TokenStream {
        inside(&quote!(p), &self.axis(0)).unwrap_or_else(|| {
            let r = int(self.kernel[0]);
            quote!(0..#r)
        })
    }

    /// `body` for every such row `r`.
    pub fn over_rows(&self, body: &TokenStream) -> TokenStream {
        match inside(&quote!(p), &self.axis(0)) {
            Some(rows) => quote! { for r in #rows { #body } },
            None => repeated("r", self.kernel[0], body),
        }
    }

    /// The columns of the window inside the image, for output column `q`; `None` where all always are.
    pub fn columns(&self) -> Option<TokenStream> {
        if self.is_covered() {
            return None;
        }
        inside(&quote!(q), &self.axis(1))
    }

    /// The output columns `from..to` whose windows lie inside the image.
    pub fn inner(&self) -> (usize, usize) {
        let [_, w, _] = self.input;
        let [_, q, _] = self.output;
        if self.is_covered() {
            return (0, q);
        }
        let reach = (self.kernel[1] - 1) * self.dilation[1];
        let from = self.left.div_ceil(self.stride[1]);
        let to = (w + self.left).checked_sub(reach + 1).map_or(0, |last| last / self.stride[1] + 1);
        let to = to.min(q);
        if from < to { (from, to) } else { (q, q) }
    }

    /// The row `p` in tiles of at most `pixels` pixels: first those whose windows stand over the left
    /// edge, one by one, then tiles, then those over the right edge.
    pub fn row(&self, pixels: usize, body: impl Fn(&Tile<'_>) -> TokenStream) -> TokenStream {
        let [_, width, _] = self.output;
        let (from, to) = self.inner();
        let q = quote!(q);
        let edge = |from: usize, to: usize| {
            if from == to {
                return TokenStream::new();
            }
            let inside = body(&Tile { pixels: 1, q: &q, columns: self.columns() });
            let (from, to) = (int(from), int(to));
            quote! { for q in #from..#to { #inside } }
        };
        let mut code = edge(0, from);
        let mut first = from;
        for (tiles, pixels) in even(to - from, pixels) {
            let inside = body(&Tile { pixels, q: &q, columns: None });
            let place = index(&[(&quote!(tile), if tiles == 1 { 0 } else { pixels })], first, 0);
            let inside = quote! { let q = #place; #inside };
            code.extend(match tiles {
                1 => quote! { { #inside } },
                _ => repeated("tile", tiles, &inside),
            });
            first += tiles * pixels;
        }
        code.extend(edge(to, width));
        code
    }

    /// Whether every window lies inside the image.
    pub fn always_whole(&self) -> bool {
        let rows = inside(&quote!(p), &self.axis(0));
        rows.is_none() && self.columns().is_none()
    }

    /// The window's rows inside the image for a known output row.
    pub fn rows_of(&self, p: usize) -> std::ops::Range<usize> {
        range_of(p, &self.axis(0))
    }

    /// The window's columns inside the image for a known output column.
    pub fn columns_of(&self, q: usize) -> std::ops::Range<usize> {
        range_of(q, &self.axis(1))
    }

    /// Where channel 0 of the pixel lies that output pixel `p`, `q` sees at `r`, `s`, all known.
    pub fn place_of(&self, [p, q]: [usize; 2], [r, s]: [usize; 2]) -> usize {
        let h = p * self.stride[0] + r * self.dilation[0] - self.top;
        let w = q * self.stride[1] + s * self.dilation[1] - self.left;
        self.x.layout.index(self.x.shape, [h, w, 0])
    }
}

/// The taps inside `0..size` for the output that `variable` names, or `None` where all are for
/// every output.
fn inside(variable: &TokenStream, axis: &Axis) -> Option<TokenStream> {
    let Axis { kernel, stride, dilation, pad, size, outputs } = *axis;
    let last = (outputs - 1) * stride + (kernel - 1) * dilation;
    if pad == 0 && last < size {
        return None;
    }
    let place = index(&[(variable, stride)], 0, 0);
    let divided = |x: TokenStream| {
        let by = int(dilation);
        if dilation == 1 { x } else { quote!(#x.div_ceil(#by)) }
    };
    let difference = |from: usize| {
        let from = typed(from);
        divided(quote!(#from.saturating_sub(#place)))
    };
    let first = if pad == 0 { quote!(0) } else { difference(pad) };
    let kernel = int(kernel);
    let end = if last < size + pad {
        quote!(#kernel)
    } else {
        let end = difference(size + pad);
        quote!(#end.min(#kernel))
    };
    Some(quote!(#first..#end))
}

/// The taps inside for a known output.
fn range_of(output: usize, axis: &Axis) -> std::ops::Range<usize> {
    let place = output * axis.stride;
    let first = axis.pad.saturating_sub(place).div_ceil(axis.dilation);
    let end = (axis.size + axis.pad).saturating_sub(place).div_ceil(axis.dilation);
    first..end.min(axis.kernel)
}

/// `size` in tiles of at most `most`, as even as can be: how many of the larger size, how many of
/// the smaller (49 by 14: one of 13, three of 12).
pub(super) fn even(size: usize, most: usize) -> Vec<(usize, usize)> {
    let tiles = size.div_ceil(most.max(1));
    if tiles == 0 {
        return Vec::new();
    }
    let (small, larger) = (size / tiles, size % tiles);
    let mut sizes = vec![(larger, small + 1), (tiles - larger, small)];
    sizes.retain(|(count, size)| *count > 0 && *size > 0);
    sizes
}
