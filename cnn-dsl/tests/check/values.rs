//! Expressions: exact numbers, lists, functions.

use super::programs::{errors, network, output};

/// The value of an expression, as the length of a vector.
fn value(expression: &str) -> usize {
    let text = format!(
        "model A(xs = [3, 4, 6, 3], half = 0.5) {{ input 5x7x3; flatten; const e = {expression}; dense e; }}"
    );
    output(&network(&text)).len()
}

#[test]
fn numbers_are_exact() {
    assert_eq!(value("(0.1 + 0.2) * 10"), 3);
    assert_eq!(value("(1 / 3) * 3"), 1);
    assert_eq!(value("7 % 4 + 2 * 3 - 1"), 8);
    assert_eq!(value("-7 % 4"), 1);
    assert_eq!(value("2.5M / 1k"), 2500);
    assert_eq!(value("8KiB / 1KiB"), 8);
}

#[test]
fn functions() {
    assert_eq!(value("floor(7 / 2) * 100 + ceil(7 / 2) * 10 + round(2.5)"), 343);
    assert_eq!(value("abs(-3) + max(1, 2, 3) * min(4, 5) + max(xs)"), 3 + 12 + 6);
    assert_eq!(value("pow(2, 10) * pow(2, -1)"), 512);
    assert_eq!(value("sum(xs) * 10 + len(xs)"), 164);
    assert_eq!(value("sum(0..101) + len(3..7)"), 5054);
    assert_eq!(value("sum(xs[1..]) * 10000 + sum(xs[..1]) * 100 + sum(xs[1..3])"), 130_310);
    assert_eq!(value("channels(last)"), 105);
}

/// MobileNetV2's `_make_divisible`: 0.5 * 24 = 12 gives 16 (8 is below 0.9 * 12), 1.4 * 16 = 22.4
/// gives 24, 0.35 * 32 = 11.2 gives 16, 3 gives 8.
#[test]
fn round_to_is_mobilenets_rule() {
    assert_eq!(value("round_to(24 * half, 8)"), 16);
    assert_eq!(value("round_to(16 * 1.4, 8)"), 24);
    assert_eq!(value("round_to(32 * 0.35, 8)"), 16);
    assert_eq!(value("round_to(3, 8)"), 8);
    assert_eq!(value("round_to(64 * 0.75, 8)"), 48);
}

#[test]
fn conditions_stop_early() {
    assert_eq!(value("if false && xs[9] > 0 { 1 } else { 2 }"), 2);
    assert_eq!(value("if true || 1 / 0 > 0 { 1 } else { 2 }"), 1);
    assert_eq!(value("if !(half == 0.5) { 1 } else if xs == [3, 4, 6, 3] { 2 } else { 3 }"), 2);
}

#[test]
fn mistakes_name_the_expression() {
    let with = |expression: &str| {
        errors(&format!("model A(xs = [3]) {{ input 4; const e = {expression}; dense e; }}"))
    };
    assert_eq!(with("1 / (xs[0] - 3)"), ["division_by_zero: division by zero"]);
    assert_eq!(with("xs[1]"), ["out_of_range: index 1 in a list of 1 value"]);
    assert_eq!(with("xs[-1]"), ["out_of_range: index -1 in a list of 1 value"]);
    assert_eq!(with("xs[0..2]"), ["out_of_range: index 0..2 in a list of 1 value"]);
    assert_eq!(with("xs + 1"), ["wrong_type: a number is needed, `xs` is a list"]);
    assert_eq!(with("pow(2, 0.5)"), ["not_an_integer: an integer is needed, `0.5` is 1/2"]);
    assert_eq!(
        with("pow(10, 39)"),
        ["overflow: `pow(10, 39)` is too large or too fine a number to be exact"]
    );
    assert_eq!(with("relu"), with("relu"));
}
