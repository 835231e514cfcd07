//! `bn`: batch normalisation by running statistics.

use cnn_dsl::ir::layers::bn::Bn;

use super::element::Sum;
use super::value::Value;

/// Gamma and beta where there are, moving mean, moving variance.
pub(super) fn run(op: &Bn, x: &Value, weights: &[Vec<f32>]) -> Value {
    let mut tensors = weights.iter();
    let gamma = if op.scale { tensors.next() } else { None };
    let beta = if op.shift { tensors.next() } else { None };
    let [mean, variance] = tensors.as_slice() else {
        unreachable!("`Bn::tensors` ends with mean and variance")
    };
    x.map(|x, c| {
        let gamma = gamma.map_or(1.0, |gamma| f64::from(gamma[c]));
        let scale = gamma / (f64::from(variance[c]) + f64::from(op.eps.0)).sqrt();
        let mut sum = Sum::default();
        sum.add(x, scale);
        sum.add_constant(-f64::from(mean[c]) * scale);
        sum.add_constant(beta.map_or(0.0, |beta| f64::from(beta[c])));
        sum.total()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;
    use crate::reference::value::{bias, numbers};
    use cnn_dsl::ir::Constant;

    #[test]
    fn with_and_without_gamma_and_beta() {
        let op =
            |both| Bn { eps: Constant(1e-3), momentum: Constant(0.99), scale: both, shift: both };
        let gamma = numbers(3, 3, 7, 4.0);
        let mean = numbers(3, 2, 5, 2.0);
        let variance: Vec<f32> = numbers(3, 2, 5, 8.0).iter().map(|x| x.abs() + 0.25).collect();
        let x = Value::pattern(2, 2, 3);
        let all = [gamma, bias(3), mean, variance];
        run(&op(true), &x, &all).assert_is(&pytorch::BN);
        run(&op(false), &x, &all[2..]).assert_is(&pytorch::BN_PLAIN);
    }
}
