//! `scale`: multiplication by a constant.

use cnn_dsl::ir::layers::scale::Scale;

use super::value::Value;

pub(super) fn run(op: &Scale, x: &Value) -> Value {
    let factor = f64::from(op.0.0);
    x.map(|x, _| x.map(|x| x * factor, factor.abs(), 1.0, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cnn_dsl::ir::Constant;

    #[test]
    fn by_a_negative_constant() {
        let x = Value::vector(&[1.0, -4.0]);
        assert_eq!(run(&Scale(Constant(-0.25)), &x).numbers(), [-0.25, 1.0]);
    }
}
