//! `concat`: the channels of all operands, one after the other.

use cnn_dsl::ir::Shape;

use super::value::Value;

pub(super) fn run(operands: &[&Value], to: Shape) -> Value {
    let channels = operands.iter().flat_map(|x| (0..x.shape.channels()).map(move |c| (x, c)));
    let channels: Vec<_> = channels.collect();
    Value::from_fn(to, |h, w, c| {
        let (x, channel) = channels[c];
        x.at(h, w, channel)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_in_the_order_of_the_operands() {
        let a = Value { shape: Shape::Image { h: 1, w: 2, c: 1 }, ..Value::vector(&[1., 2.]) };
        let b =
            Value { shape: Shape::Image { h: 1, w: 2, c: 2 }, ..Value::vector(&[3., 4., 5., 6.]) };
        let result = run(&[&a, &b, &a], Shape::Image { h: 1, w: 2, c: 4 });
        assert_eq!(result.numbers(), [1., 3., 4., 1., 2., 5., 6., 2.]);
    }
}
