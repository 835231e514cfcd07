//! Values as messages and the list of a model's parameters show them.

use crate::check::arguments::Value;
use crate::number::Rational;

/// A value as the language would write it: `0.25`, `[3, 4]`, `relu6`.
pub(super) fn show(value: &Value) -> String {
    let list = |values: &[Value]| values.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::Number(n) => number(*n),
        Value::Bool(b) => b.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(values) => format!("[{}]", list(values)),
        Value::Tuple(values) => format!("({})", list(values)),
        Value::Range(from, to) => {
            let end = |end: &Option<Rational>| end.map(number).unwrap_or_default();
            format!("{}..{}", end(from), end(to))
        }
        Value::Activation(activation) => activation.kind().to_owned(),
        Value::Word(word) => word.clone(),
    }
}

/// A decimal where it is a finite and short one, else a fraction.
pub(super) fn number(n: Rational) -> String {
    const DIGITS: usize = 12;
    let (mut denominator, mut digits) = (n.denominator(), 0);
    while denominator % 10 == 0 {
        denominator /= 10;
        digits += 1;
    }
    while denominator % 2 == 0 || denominator % 5 == 0 {
        denominator /= if denominator % 2 == 0 { 2 } else { 5 };
        digits += 1;
    }
    if denominator != 1 || digits == 0 || digits > DIGITS {
        return n.to_string();
    }
    let scaled = 10_i128
        .checked_pow(u32::try_from(digits).unwrap_or(u32::MAX))
        .and_then(|ten| n.multiply(Rational::integer(ten)))
        .and_then(Rational::to_integer);
    let Some(scaled) = scaled else { return n.to_string() };
    let sign = if scaled < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", scaled.unsigned_abs(), width = digits + 1);
    let (whole, decimals) = text.split_at(text.len() - digits);
    format!("{sign}{whole}.{decimals}")
}

/// The number of parts of a value, its own included: what a copy costs.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::List(values) | Value::Tuple(values) => 1 + values.iter().map(size).sum::<usize>(),
        Value::Number(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Range(..)
        | Value::Activation(_)
        | Value::Word(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::number;
    use crate::number::Rational;

    #[test]
    fn numbers_are_shown_as_they_are_written() {
        let show = |n, d| number(Rational::new(n, d).unwrap());
        assert_eq!(show(1, 4), "0.25");
        assert_eq!(show(-1, 2), "-0.5");
        assert_eq!(show(1, 40), "0.025");
        assert_eq!(show(3, 1), "3");
        assert_eq!(show(1, 3), "1/3");
        assert_eq!(show(1, 1000), "0.001");
        assert_eq!(show(123_456_789_012_345, 10), "12345678901234.5");
    }
}
