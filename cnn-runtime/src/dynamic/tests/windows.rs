//! Operations whose results are made of windows of pixels.

use super::{close, image, on_ramp, run, weights};
use cnn_dsl::ir::layers::{conv::Conv, deconv::Deconv, dense::Dense, dw::Dw, pool, resize};
use cnn_dsl::ir::{Op, Pads, Shape};

const PLAIN: Pads = Pads { top: 0, bottom: 0, left: 0, right: 0 };

fn conv(kernel: [usize; 2], filters: usize, pads: Pads) -> Conv {
    let [stride, dilation] = [[1, 1], [1, 1]];
    Conv { kernel, filters, stride, dilation, pads, groups: 1, bias: true }
}

/// S3 of the lecture: vertical edges.
#[test]
fn vertical_edges() {
    let x = [10.0, 10.0, 10.0, 0.0, 0.0, 0.0].repeat(6);
    let kernel = [1.0, 0.0, -1.0].repeat(3);
    let op = Op::Conv(Conv { bias: false, ..conv([3, 3], 1, PLAIN) });
    let y = run(op, &[(image(6, 6, 1), &x)], &[kernel]);
    assert_eq!(y[0], [0.0, 30.0, 30.0, 0.0].repeat(4));
}

/// S4 of the lecture: horizontal edges.
#[test]
fn horizontal_edges() {
    let x =
        [[10.0, 10.0, 10.0, 0.0, 0.0, 0.0].repeat(3), [0.0, 0.0, 0.0, 10.0, 10.0, 10.0].repeat(3)];
    let kernel = vec![1.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0];
    let op = Op::Conv(Conv { bias: false, ..conv([3, 3], 1, PLAIN) });
    let y = run(op, &[(image(6, 6, 1), &x.concat())], &[kernel]);
    let edge = [30.0, 10.0, -10.0, -30.0];
    assert_eq!(y[0], [[0.0; 4], edge, edge, [0.0; 4]].concat());
}

/// `conv2d(pad(x, (0, 1, 1, 2)), w, b, stride=(2, 1), dilation=(1, 2), groups=2)`.
#[test]
fn grouped_conv() {
    let pads = Pads { top: 1, bottom: 2, left: 0, right: 1 };
    let op = Conv { stride: [2, 1], dilation: [1, 2], groups: 2, ..conv([3, 2], 6, pads) };
    let y = on_ramp(Op::Conv(op), image(5, 6, 4), &[weights(72), weights(6)]);
    assert_eq!(
        y,
        &[
            -0.5, 0.625, -1.75, -2.5, 0.625, 1.125, 1.5, -0.25, -0.25, -1.125, -2.25, -0.75, -2.0,
            1.625, 2.625, 0.25, -3.75, 0.125, -2.75, -2.0, 1.375, -1.125, -2.5, -0.375, -1.75,
            1.25, 3.375, -0.625, -1.375, 4.0, 2.5, 0.375, -1.75, 0.0, -2.75, -0.25, -3.25, 0.375,
            4.0, 0.75, -4.25, 1.25, -2.125, -1.0, 0.125, -4.0, -4.375, 1.375, -3.75, 0.375, 4.5,
            -0.5, -3.125, 5.625, 0.375, 5.0, -3.5, 0.625, 0.125, -3.0, -1.75, -0.25, 3.0, -1.5,
            -1.375, 3.125, -3.25, 0.625, 1.0, -2.25, -5.0, 1.875, -2.0, 0.125, 3.125, -1.625,
            -1.75, 3.375, -2.125, 5.125, -1.625, 0.375, 2.875, -3.375, -1.0, -0.5, 3.5, -1.0, -2.5,
            3.875,
        ]
    );
}

/// `conv2d(x, w, b, padding=1)`: few filters, so vectors lie over x, one of 16 and one of 1.
#[test]
fn conv_over_columns() {
    let pads = Pads { top: 1, bottom: 1, left: 1, right: 1 };
    let y = on_ramp(Op::Conv(conv([3, 3], 3, pads)), image(2, 17, 2), &[weights(54), weights(3)]);
    assert_eq!(
        y,
        &[
            -2.25, 2.625, 0.5, 0.125, 1.5, 0.25, -3.125, 1.125, 2.75, -2.25, 4.875, -0.25, 2.75,
            0.375, -4.625, -1.875, -4.125, 0.625, -3.75, 1.0, 3.125, -2.875, 4.75, 0.125, 0.75,
            1.625, -0.125, -2.5, 1.25, 2.375, 1.125, 2.25, 0.75, 0.625, 1.875, 0.5, 0.125, 1.5,
            0.25, -3.125, 1.125, 2.75, -2.25, 4.875, -0.25, 2.75, 0.375, -4.625, -2.375, -3.625,
            1.25, -1.25, -0.75, -0.25, -3.25, 0.75, 3.875, -0.5, 3.75, 0.125, -3.25, 1.25, 0.5,
            -0.5, 1.5, 0.875, 2.25, 1.75, 1.25, -0.5, 3.375, 0.25, -3.25, 0.875, 0.625, -3.25,
            1.125, 3.75, -0.5, 4.125, 0.0, 2.25, 1.625, -5.125, -0.5, -3.625, -0.625, -3.25, 0.75,
            3.875, -0.5, 3.75, 0.125, -3.25, 1.25, 0.5, -0.5, 1.5, 0.875, 1.25, 1.75, 2.25,
        ]
    );
}

/// `conv2d(pad(x, (1, 1, 0, 1)), w, b, stride=(1, 2), groups=3)`.
#[test]
fn depthwise_with_multiplier() {
    let op = Dw {
        kernel: [2, 3],
        multiplier: 2,
        stride: [1, 2],
        dilation: [1, 1],
        pads: Pads { top: 0, bottom: 1, left: 1, right: 1 },
        bias: true,
    };
    let y = on_ramp(Op::Dw(op), image(3, 4, 3), &[weights(36), weights(6)]);
    assert_eq!(
        y,
        &[
            -1.875, -0.375, 1.625, 1.625, -0.875, 0.5, -3.125, 1.0, 2.125, -0.375, -1.875, -2.0,
            -0.125, -0.125, 1.625, -1.375, -2.625, 3.375, -1.625, 2.875, -2.5, 0.875, 1.875, 2.125,
            -1.0, 1.25, 0.375, -2.375, -1.625, -0.875, -1.5, 1.75, -3.125, 1.25, -2.75, 0.875,
        ]
    );
}

/// `conv_transpose2d(x, w, b, stride=(2, 1), padding=(1, 0), output_padding=(1, 0), groups=2,
/// dilation=2)`.
#[test]
fn grouped_deconv() {
    let op = Deconv {
        kernel: [2, 2],
        filters: 4,
        stride: [2, 1],
        dilation: [2, 2],
        pads: Pads { top: 1, bottom: 1, left: 0, right: 0 },
        output_pad: [1, 0],
        groups: 2,
        bias: true,
    };
    let y = on_ramp(Op::Deconv(op), image(2, 2, 2), &[weights(16), weights(4)]);
    assert_eq!(
        y,
        &[
            -1.0, 1.5, 0.5, -0.5, -1.0, 1.5, 0.5, -0.5, -1.0, 1.5, 0.5, -0.5, -1.0, 1.5, 0.5, -0.5,
            -2.75, 2.75, -0.125, -2.375, 0.375, 0.125, 1.25, 0.25, -3.0, 2.5, -0.75, 1.375, 0.75,
            0.5, 1.25, -2.375, -1.0, 1.5, 0.5, -0.5, -1.0, 1.5, 0.5, -0.5, -1.0, 1.5, 0.5, -0.5,
            -1.0, 1.5, 0.5, -0.5, 0.5, 2.0, 0.5, -0.5, -2.5, 1.0, 0.125, -1.625, 0.0, 1.5, 0.5,
            -0.5, -2.0, 1.5, -0.25, 0.625,
        ]
    );
}

/// `linear(x, w, b)` with 18 units: one panel and two units more.
#[test]
fn dense() {
    let op = Op::Dense(Dense { units: 18, bias: true, flattened: None });
    let y = on_ramp(op, Shape::Vector(5), &[weights(90), weights(18)]);
    assert_eq!(
        y,
        &[
            -2.25, 1.625, -0.625, -2.0, 1.0, 0.5, 1.75, -2.25, 1.625, -0.625, -2.0, 1.0, 0.5, 1.75,
            -2.25, 1.625, -0.625, -2.0,
        ]
    );
}

fn pooled(kind: pool::PoolKind, over: pool::PoolOver, shape: Shape) -> Vec<f32> {
    on_ramp(Op::Pool(pool::Pool { kind, over }), shape, &[])
}

/// `max_pool2d(x, 3, 2, 1, ceil_mode=True)`, `avg_pool2d` likewise with and without
/// `count_include_pad`.
#[test]
fn pooling_windows() {
    let over = |include_pad| pool::PoolOver::Window {
        kernel: [3, 3],
        stride: [2, 2],
        pads: Pads { top: 1, bottom: 1, left: 1, right: 1 },
        ceil: true,
        include_pad,
    };
    let shape = image(4, 6, 2);
    assert_eq!(
        pooled(pool::PoolKind::Max, over(false), shape),
        &[
            1.25, 1.25, 1.0, 1.0, 0.75, 1.25, 0.5, 1.25, 1.25, 1.0, 1.0, 1.0, 1.25, 1.25, 1.25,
            1.25, 0.0, 1.0, 0.75, 0.5, 0.25, 1.25, 0.25, -0.75,
        ]
    );
    close(
        &pooled(pool::PoolKind::Average, over(true), shape),
        &[
            0.027777778,
            0.19444445,
            0.027777778,
            -0.027777778,
            -0.19444445,
            0.055555556,
            0.0,
            0.125,
            0.11111111,
            0.055555556,
            -0.083333336,
            -0.16666667,
            -0.11111111,
            0.11111111,
            0.16666667,
            0.125,
            -0.125,
            0.0,
            -0.083333336,
            -0.125,
            -0.25,
            0.16666667,
            0.0625,
            -0.1875,
        ],
    );
    close(
        &pooled(pool::PoolKind::Average, over(false), shape),
        &[
            0.0625,
            0.4375,
            0.041666668,
            -0.041666668,
            -0.29166666,
            0.083333336,
            0.0,
            0.375,
            0.16666667,
            0.083333336,
            -0.083333336,
            -0.16666667,
            -0.11111111,
            0.11111111,
            0.33333334,
            0.25,
            -0.375,
            0.0,
            -0.16666667,
            -0.25,
            -0.5,
            0.33333334,
            0.25,
            -0.75,
        ],
    );
}

/// `adaptive_avg_pool2d(x, (1, 1))`, `adaptive_avg_pool2d(x, (2, 3))`, `adaptive_max_pool2d`.
#[test]
fn pooling_regions() {
    close(
        &pooled(pool::PoolKind::Average, pool::PoolOver::Global, image(4, 6, 2)),
        &[-0.010416667, 0.020833334],
    );
    let over = pool::PoolOver::Regions([2, 3]);
    close(
        &pooled(pool::PoolKind::Average, over.clone(), image(3, 5, 2)),
        &[
            0.375,
            0.0625,
            0.125,
            0.041666668,
            -0.125,
            -0.4375,
            0.0,
            0.375,
            0.20833333,
            0.125,
            0.1875,
            -0.125,
        ],
    );
    assert_eq!(
        pooled(pool::PoolKind::Max, over, image(3, 5, 2)),
        &[1.25, 1.25, 1.25, 1.0, 0.75, 0.75, 1.25, 1.25, 1.25, 1.25, 1.0, 0.75,]
    );
}

#[test]
fn max_pooling_passes_nan() {
    let op = pool::Pool { kind: pool::PoolKind::Max, over: pool::PoolOver::Global };
    for x in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
        let y = run(Op::Pool(op.clone()), &[(image(1, 2, 1), &x)], &[]);
        assert!(y[0][0].is_nan());
    }
}

/// `interpolate(x, size=(5, 3), mode=..., align_corners=False)`.
#[test]
fn resizing() {
    let resized = |mode| {
        let op = resize::Resize { to: [5, 3], mode, upsample: false };
        on_ramp(Op::Resize(op), image(3, 4, 2), &[])
    };
    close(
        &resized(resize::ResizeMode::Bilinear),
        &[
            -0.375,
            0.9166666,
            0.625,
            -0.375,
            -0.666667,
            0.6250001,
            -0.27499998,
            0.09999993,
            0.72499996,
            -0.27499998,
            -0.56666696,
            0.72500014,
            -0.124999985,
            -1.125,
            0.875,
            -0.125,
            -0.41666698,
            0.8750001,
            0.025000054,
            -0.97499996,
            0.19999984,
            0.025000036,
            -0.54166675,
            1.0250002,
            0.12500001,
            -0.875,
            -0.25,
            0.125,
            -0.6249999,
            1.1250001,
        ],
    );
    assert_eq!(
        resized(resize::ResizeMode::Nearest),
        &[
            -0.5, 1.25, 0.25, -0.75, 1.0, 0.0, -0.5, 1.25, 0.25, -0.75, 1.0, 0.0, -0.25, -1.25,
            0.5, -0.5, 1.25, 0.25, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, 0.0, -1.0, 0.75, -0.25,
            -1.25, 0.5,
        ]
    );
}
