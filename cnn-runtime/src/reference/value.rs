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
        self.pixel(h, w).map(|channels| channels[c])
    }

    /// The channels of a pixel of the image with its surroundings: `None` outside.
    pub(super) fn pixel(&self, h: i64, w: i64) -> Option<&[Element]> {
        let [height, width, channels] = self.shape.hwc();
        let h = usize::try_from(h).ok().filter(|&h| h < height)?;
        let w = usize::try_from(w).ok().filter(|&w| w < width)?;
        Some(&self.elements[(h * width + w) * channels..][..channels])
    }
}

#[cfg(test)]
impl Value {
    /// Numbers by the rule of `tests/pytorch/reference.py`.
    pub fn pattern(h: usize, w: usize, c: usize) -> Self {
        let numbers = numbers(h * w * c, 7, 23, 4.0);
        let elements = numbers.iter().map(|&x| Element::exact(f64::from(x))).collect();
        Self { shape: Shape::Image { h, w, c }, elements }
    }

    /// A vector of exact numbers.
    pub fn vector(numbers: &[f64]) -> Self {
        let elements = numbers.iter().map(|&x| Element::exact(x)).collect();
        Self { shape: Shape::Vector(numbers.len()), elements }
    }

    /// The numbers without their bounds.
    pub fn numbers(&self) -> Vec<f64> {
        self.elements.iter().map(|x| x.value).collect()
    }

    /// Fails unless every number is PyTorch's, up to what `f64` rounds.
    pub fn assert_is(&self, expected: &[f64]) {
        const ROUNDED_IN_F64: f64 = 1e-13;
        assert_eq!(self.elements.len(), expected.len());
        for (index, (x, expected)) in self.elements.iter().zip(expected).enumerate() {
            let off = (x.value - expected).abs();
            assert!(off <= ROUNDED_IN_F64, "element {index}: {} is not {expected}", x.value);
        }
    }
}

/// `((i * step) % modulus - modulus / 2) / divisor`, as in `tests/pytorch/reference.py`.
#[cfg(test)]
pub(super) fn numbers(count: usize, step: usize, modulus: usize, divisor: f32) -> Vec<f32> {
    let number = |i: usize| ((i * step % modulus) as f32 - (modulus / 2) as f32) / divisor;
    (0..count).map(number).collect()
}

/// A kernel of the tests.
#[cfg(test)]
pub(super) fn kernel(count: usize) -> Vec<f32> {
    numbers(count, 5, 17, 8.0)
}

/// A bias of the tests.
#[cfg(test)]
pub(super) fn bias(count: usize) -> Vec<f32> {
    numbers(count, 3, 7, 2.0)
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
