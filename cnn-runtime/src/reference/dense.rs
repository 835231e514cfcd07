//! `dense`: a fully connected layer.

use cnn_dsl::ir::{Shape, layers::dense::Dense};

use super::element::Sum;
use super::value::Value;

/// Kernel `[IN][OUT]`, then the bias.
pub(super) fn run(op: &Dense, x: &Value, weights: &[Vec<f32>]) -> Value {
    let (kernel, bias) = (&weights[0], weights.get(1));
    Value::from_fn(Shape::Vector(op.units), |_, _, unit| {
        let mut sum = Sum::default();
        for (input, &x) in x.elements.iter().enumerate() {
            sum.add(x, f64::from(kernel[input * op.units + unit]));
        }
        if let Some(bias) = bias {
            sum.add_constant(f64::from(bias[unit]));
        }
        sum.total()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use crate::reference::value::{bias, kernel};

    #[test]
    fn with_bias() {
        let op = Dense { units: 4, bias: true, flattened: None };
        let result = run(&op, &Value::pattern(1, 1, 6), &[kernel(24), bias(4)]);
        result.assert_is(&pytorch::DENSE);
    }
}
