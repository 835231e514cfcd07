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
