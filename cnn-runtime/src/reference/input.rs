//! Inputs: the user's numbers, and the preprocessing that belongs to the model.

use cnn_dsl::ir::{Preprocess, Shape};

use super::element::{Element, Sum};
use super::value::Value;

/// One image as the user gives it, dense NHWC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input<'a> {
    /// Floats, in the units that the model's preprocessing expects.
    Floats(&'a [f32]),
    /// Bytes, for models that take them.
    Bytes(&'a [u8]),
}

impl Input<'_> {
    fn len(self) -> usize {
        match self {
            Self::Floats(x) => x.len(),
            Self::Bytes(x) => x.len(),
        }
    }

    fn number(self, index: usize) -> f64 {
        match self {
            Self::Floats(x) => f64::from(x[index]),
            Self::Bytes(x) => f64::from(x[index]),
        }
    }
}

/// `y[c] = x[from[c]] * scale[c] + offset[c]`; what is empty is left out.
pub(super) fn preprocess(op: &Preprocess, image: Input<'_>, shape: Shape) -> Value {
    let [_, width, channels] = shape.hwc();
    assert_eq!(image.len(), shape.len(), "elements of an image of {shape}");
    Value::from_fn(shape, |h, w, c| {
        let from = if op.bgr { channels - 1 - c } else { c };
        let x = Element::exact(image.number((h * width + w) * channels + from));
        if op.scale.is_empty() && op.offset.is_empty() {
            return x;
        }
        let mut sum = Sum::default();
        sum.add(x, op.scale.get(c).map_or(1.0, |scale| f64::from(scale.0)));
        sum.add_constant(op.offset.get(c).map_or(0.0, |offset| f64::from(offset.0)));
        sum.total()
    })
}
