//! Sliding windows over a dense image: which rows and columns of a window lie inside it.

use crate::emit::print::{index, int, typed};
use crate::ir::Pads;
use crate::plan::layers::View;
use proc_macro2::TokenStream;
use quote::quote;

/// A window that slides over a dense image. Rows and columns outside are left out.
pub(super) struct Window {
    /// R, S.
    pub kernel: [usize; 2],
    /// Vertical, horizontal.
    pub stride: [usize; 2],
    /// Vertical, horizontal.
    pub dilation: [usize; 2],
    top: usize,
    left: usize,
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
        Self { kernel, stride, dilation, top, left, input, output }
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

    /// All pixels as one row: for windows of one pixel that move by one, without padding.
    pub fn in_one_row(mut self) -> Self {
        let one_row = |[h, w, c]: [usize; 3]| [1, h * w, c];
        (self.input, self.output) = (one_row(self.input), one_row(self.output));
        self
    }

    /// Where channel 0 of the pixel lies that output pixel `p`, `q` + `more` sees at `r`, `s`.
    pub fn place(&self, q: &TokenStream, more: usize, s: &TokenStream) -> TokenStream {
        let [_, w, c] = self.input;
        let terms = [
            (&quote!(p), self.stride[0] * w * c),
            (&quote!(r), self.dilation[0] * w * c),
            (q, self.stride[1] * c),
            (s, self.dilation[1] * c),
        ];
        index(&terms, more * self.stride[1] * c, (self.top * w + self.left) * c)
    }

    /// The rows of the window inside the image, for output row `p`: a range.
    pub fn rows(&self) -> TokenStream {
        inside(&quote!(p), &self.axis(0)).unwrap_or_else(|| {
            let r = int(self.kernel[0]);
            quote!(0..#r)
        })
    }

    /// The columns of the window inside the image, for output column `q`; `None` where all always are.
    pub fn columns(&self) -> Option<TokenStream> {
        inside(&quote!(q), &self.axis(1))
    }

    /// The output columns `from..to` whose windows lie inside the image.
    pub fn inner(&self) -> (usize, usize) {
        let [_, w, _] = self.input;
        let [_, q, _] = self.output;
        let reach = (self.kernel[1] - 1) * self.dilation[1];
        let from = self.left.div_ceil(self.stride[1]);
        let to = (w + self.left).checked_sub(reach + 1).map_or(0, |last| last / self.stride[1] + 1);
        let to = to.min(q);
        if from < to { (from, to) } else { (q, q) }
    }

    /// The row `p` in tiles of at most `pixels` pixels: first those whose windows stand over the left
    /// edge, one by one, then whole tiles, then the rest, then those over the right edge.
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
        let whole = (to - from) / pixels;
        if whole > 0 {
            let inside = body(&Tile { pixels, q: &q, columns: None });
            let first = index(&[(&quote!(tile), pixels)], from, 0);
            let whole = int(whole);
            code.extend(quote! { for tile in 0..#whole { let q = #first; #inside } });
        }
        let rest = (to - from) % pixels;
        if rest > 0 {
            let inside = body(&Tile { pixels: rest, q: &q, columns: None });
            let first = int(to - rest);
            code.extend(quote! { { let q = #first; #inside } });
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
        let [_, w, c] = self.input;
        let h = p * self.stride[0] + r * self.dilation[0] - self.top;
        let column = q * self.stride[1] + s * self.dilation[1] - self.left;
        (h * w + column) * c
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
