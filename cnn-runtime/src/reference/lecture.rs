//! The lecture's tables, exactly.

use cnn_dsl::ir::{Pads, Shape, layers::conv::Conv};

use super::value::Value;
use super::{conv, softmax};

fn image(rows: &[[f64; 6]; 6]) -> Value {
    Value { shape: Shape::Image { h: 6, w: 6, c: 1 }, ..Value::vector(rows.as_flattened()) }
}

/// One square filter without bias or padding.
fn filter(x: &Value, size: usize, kernel: &[f32]) -> Value {
    let op = Conv {
        kernel: [size, size],
        filters: 1,
        stride: [1, 1],
        dilation: [1, 1],
        pads: Pads::default(),
        groups: 1,
        bias: false,
    };
    let [h, w, _] = x.shape.hwc();
    let to = Shape::Image { h: h - size + 1, w: w - size + 1, c: 1 };
    conv::run(&op, x, &[kernel.to_vec()], to)
}

/// The 5x5 Gaussian keeps a flat image as it is, and spreads a single pixel as its own weights.
#[test]
fn gaussian_filter_blurs() {
    const ROWS: [[u8; 5]; 5] = [
        [1, 4, 6, 4, 1],
        [4, 16, 24, 16, 4],
        [6, 24, 36, 24, 6],
        [4, 16, 24, 16, 4],
        [1, 4, 6, 4, 1],
    ];
    let kernel: Vec<f32> = ROWS.as_flattened().iter().map(|&x| f32::from(x) / 256.0).collect();
    assert_eq!(filter(&image(&[[10.0; 6]; 6]), 5, &kernel).numbers(), [10.0; 4]);

    let mut pixel = [[0.0; 6]; 6];
    pixel[2][3] = 256.0;
    // Output (p, q) sees the pixel at (2 - p, 3 - q) of the filter.
    assert_eq!(filter(&image(&pixel), 5, &kernel).numbers(), [24.0, 36.0, 16.0, 24.0]);
}

#[test]
fn vertical_edges() {
    let x = image(&[[10.0, 10.0, 10.0, 0.0, 0.0, 0.0]; 6]);
    let edges = filter(&x, 3, &[1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0]);
    assert_eq!(edges.numbers(), [[0.0, 30.0, 30.0, 0.0]; 4].concat());
}

#[test]
fn horizontal_edges() {
    let (upper, lower) = ([10.0, 10.0, 10.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 10.0, 10.0, 10.0]);
    let x = image(&[upper, upper, upper, lower, lower, lower]);
    let edges = filter(&x, 3, &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0]);
    let (none, edge) = ([0.0; 4], [30.0, 10.0, -10.0, -30.0]);
    assert_eq!(edges.numbers(), [none, edge, edge, none].concat());
}

/// Logits -2, -1, 0, 1, 2: exponentials 0.14, 0.37, 1.00, 2.72, 7.39, normalised by their sum.
#[test]
fn softmax_of_five_logits() {
    let result = softmax::run(&Value::vector(&[-2.0, -1.0, 0.0, 1.0, 2.0])).numbers();
    assert!((result.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    let relative_to_logit_0: Vec<f64> =
        result.iter().map(|x| (x / result[2] * 100.0).round() / 100.0).collect();
    assert_eq!(relative_to_logit_0, [0.14, 0.37, 1.0, 2.72, 7.39]);
}
