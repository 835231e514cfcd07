//! `add`: the sum of values of equal shape.

use super::element::Sum;
use super::value::Value;

pub(super) fn run(operands: &[&Value]) -> Value {
    Value::from_fn(operands[0].shape, |h, w, c| {
        let mut sum = Sum::default();
        operands.iter().for_each(|x| sum.add(x.at(h, w, c), 1.0));
        sum.total()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_three() {
        let [a, b, c] = [1.0, 20.0, 300.0].map(|x| Value::vector(&[x, 2.0 * x]));
        assert_eq!(run(&[&a, &b, &c]).numbers(), [321.0, 642.0]);
    }
}
