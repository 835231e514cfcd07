//! Inputs: the user's numbers, and the preprocessing that belongs to the model.

use cnn_dsl::ir::{Preprocess, Shape};

use super::element::{Element, Sum};
use super::value::Value;
use crate::dynamic::Input;

fn len(image: Input<'_>) -> usize {
    match image {
        Input::F32(x) => x.len(),
        Input::Bytes(x) => x.len(),
    }
}

fn number(image: Input<'_>, index: usize) -> f64 {
    match image {
        Input::F32(x) => f64::from(x[index]),
        Input::Bytes(x) => f64::from(x[index]),
    }
}

/// `y[c] = x[from[c]] * scale[c] + offset[c]`; what is empty is left out.
pub(super) fn preprocess(op: &Preprocess, image: Input<'_>, shape: Shape) -> Value {
    let [_, width, channels] = shape.hwc();
    assert_eq!(len(image), shape.len(), "elements of an image of {shape}");
    Value::from_fn(shape, |h, w, c| {
        let from = if op.bgr { channels - 1 - c } else { c };
        let x = Element::exact(number(image, (h * width + w) * channels + from));
        if op.scale.is_empty() && op.offset.is_empty() {
            return x;
        }
        let mut sum = Sum::default();
        sum.add(x, op.scale.get(c).map_or(1.0, |scale| f64::from(scale.0)));
        sum.add_constant(op.offset.get(c).map_or(0.0, |offset| f64::from(offset.0)));
        sum.total()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cnn_dsl::ir::Constant;

    #[test]
    fn channels_are_reversed_before_they_are_scaled() {
        let shape = Shape::Image { h: 1, w: 2, c: 3 };
        let constants = |numbers: [f32; 3]| numbers.map(Constant).to_vec();
        let op = Preprocess {
            bytes: true,
            scale: constants([1.0, 2.0, 4.0]),
            offset: constants([0.0, -1.0, 0.5]),
            bgr: true,
        };
        let expected = [30.0, 39.0, 40.5, 60.0, 99.0, 160.5];
        let bytes = preprocess(&op, Input::Bytes(&[10, 20, 30, 40, 50, 60]), shape);
        assert_eq!(bytes.numbers(), expected);
        let floats = preprocess(&op, Input::F32(&[10., 20., 30., 40., 50., 60.]), shape);
        assert_eq!(floats, bytes);
    }
}
