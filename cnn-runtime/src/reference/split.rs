//! `split`: the channels in several parts, each a result of its own.

use cnn_dsl::ir::layers::split::Split;

use super::value::Value;

pub(super) fn run(op: &Split, x: &Value) -> Vec<Value> {
    let mut first = 0;
    let part = |&channels: &usize| {
        let from = first;
        first += channels;
        Value::from_fn(x.shape.with_channels(channels), |h, w, c| x.at(h, w, from + c))
    };
    op.parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_each_pixel() {
        let shape = cnn_dsl::ir::Shape::Image { h: 1, w: 2, c: 3 };
        let x = Value { shape, ..Value::vector(&[1., 2., 3., 4., 5., 6.]) };
        let parts = run(&Split { parts: vec![1, 2] }, &x);
        assert_eq!(parts[0].numbers(), [1., 4.]);
        assert_eq!(parts[1].numbers(), [2., 3., 5., 6.]);
    }
}
