//! `slice`: a half-open range of channels.

use cnn_dsl::ir::layers::slice::Slice;

use super::value::Value;

pub(super) fn run(op: &Slice, x: &Value) -> Value {
    Value::from_fn(x.shape.with_channels(op.to - op.from), |h, w, c| x.at(h, w, op.from + c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_each_pixel() {
        let shape = cnn_dsl::ir::Shape::Image { h: 1, w: 2, c: 3 };
        let x = Value { shape, ..Value::vector(&[1., 2., 3., 4., 5., 6.]) };
        assert_eq!(run(&Slice { from: 1, to: 3 }, &x).numbers(), [2., 3., 5., 6.]);
    }
}
