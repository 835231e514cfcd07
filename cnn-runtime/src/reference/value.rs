//! A value of the network in the reference: dense, height x width x channels.

use cnn_dsl::ir::Shape;

use super::element::Element;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Its shape.
    pub shape: Shape,
    /// Its elements in the order height, width, channels.
    pub elements: Vec<Element>,
}

impl Value {
    /// A value by a rule for each height, width and channel.
    pub(super) fn from_fn(
        shape: Shape,
        mut element: impl FnMut(usize, usize, usize) -> Element,
    ) -> Self {
        let [height, width, channels] = shape.hwc();
        let mut elements = Vec::with_capacity(shape.len());
        for h in 0..height {
            for w in 0..width {
                for c in 0..channels {
                    elements.push(element(h, w, c));
                }
            }
        }
        Self { shape, elements }
    }

    /// The same shape, each element by itself; the rule is given the channel too.
    pub(super) fn map(&self, rule: impl Fn(Element, usize) -> Element) -> Self {
        Self::from_fn(self.shape, |h, w, c| rule(self.at(h, w, c), c))
    }

    /// An element.
    pub(super) fn at(&self, h: usize, w: usize, c: usize) -> Element {
        let [_, width, channels] = self.shape.hwc();
        self.elements[(h * width + w) * channels + c]
    }

    /// An element of the image with its surroundings: `None` outside.
    pub(super) fn at_padded(&self, h: i64, w: i64, c: usize) -> Option<Element> {
        let [height, width, _] = self.shape.hwc();
        let h = usize::try_from(h).ok().filter(|&h| h < height)?;
        let w = usize::try_from(w).ok().filter(|&w| w < width)?;
        Some(self.at(h, w, c))
    }
}

/// Row or column of the input that tap `tap` of a window at output `output` reads.
pub(super) fn source(
    output: usize,
    stride: usize,
    tap: usize,
    dilation: usize,
    before: i64,
) -> i64 {
    (output * stride + tap * dilation) as i64 - before
}
