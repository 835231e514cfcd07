//! `depth_to_space` and `space_to_depth`, as TensorFlow's in NHWC.

use cnn_dsl::ir::{Shape, layers::depth::Depth};

use super::value::Value;

pub(super) fn run(op: &Depth, x: &Value, to: Shape) -> Value {
    let n = op.block;
    if op.to_space {
        let channels = to.channels();
        Value::from_fn(to, |h, w, c| x.at(h / n, w / n, (h % n * n + w % n) * channels + c))
    } else {
        let channels = x.shape.channels();
        Value::from_fn(to, |h, w, c| {
            let (square, c) = (c / channels, c % channels);
            x.at(h * n + square / n, w * n + square % n, c)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(h: usize, w: usize, c: usize, numbers: &[f64]) -> Value {
        Value { shape: Shape::Image { h, w, c }, ..Value::vector(numbers) }
    }

    /// The examples of the documentation of `tf.nn.space_to_depth` with block size 2.
    #[test]
    fn space_to_depth_is_tensorflows() {
        let op = Depth { block: 2, to_space: false };
        let counted: Vec<f64> = (1..=12).map(f64::from).collect();
        let result = run(&op, &image(2, 2, 3, &counted), Shape::Image { h: 1, w: 1, c: 12 });
        assert_eq!(result.numbers(), counted);
        let square = [1., 2., 5., 6., 3., 4., 7., 8., 9., 10., 13., 14., 11., 12., 15., 16.];
        let result = run(&op, &image(4, 4, 1, &square), Shape::Image { h: 2, w: 2, c: 4 });
        let counted: Vec<f64> = (1..=16).map(f64::from).collect();
        assert_eq!(result.numbers(), counted);
    }

    /// The examples of the documentation of `tf.nn.depth_to_space` with block size 2.
    #[test]
    fn depth_to_space_is_tensorflows() {
        let op = Depth { block: 2, to_space: true };
        let counted: Vec<f64> = (1..=12).map(f64::from).collect();
        let result = run(&op, &image(1, 1, 12, &counted), Shape::Image { h: 2, w: 2, c: 3 });
        assert_eq!(result.numbers(), counted);
        let counted: Vec<f64> = (1..=16).map(f64::from).collect();
        let result = run(&op, &image(2, 2, 4, &counted), Shape::Image { h: 4, w: 4, c: 1 });
        let square = [1., 2., 5., 6., 3., 4., 7., 8., 9., 10., 13., 14., 11., 12., 15., 16.];
        assert_eq!(result.numbers(), square);
    }
}
