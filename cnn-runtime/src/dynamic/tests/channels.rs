//! Operations that look at one pixel at a time or move pixels and channels, and what goes in.

use super::{close, image, network, on_ramp, run};
use crate::dynamic::{Error, Executor, Input};
use cnn_dsl::ir::layers::{
    activation::Activation, add::Add, bn::Bn, concat::Concat, depth::Depth, lrn::Lrn, mul::Mul,
    pad::Pad, scale::Scale, shuffle::Shuffle, slice::Slice, softmax::Softmax, split::Split,
};
use cnn_dsl::ir::{Constant, Op, Pads, Preprocess, Shape, ValueId};
use cnn_dsl::plan::{Options, plan};

/// `local_response_norm(x, 4, alpha=0.5, beta=0.75, k=2.0)`: an even size reaches further back.
#[test]
fn local_response_normalisation() {
    let op = Lrn { size: 4, alpha: Constant(0.5), beta: Constant(0.75), k: Constant(2.0) };
    close(
        &on_ramp(Op::Lrn(op), image(1, 2, 6), &[]),
        &[
            -0.2743114,
            0.68397933,
            0.1336537,
            -0.38914815,
            0.55299425,
            0.0,
            -0.5544696,
            0.41474572,
            -0.12971604,
            -0.6682685,
            0.27075657,
            -0.2714589,
        ],
    );
}

/// `batch_norm(x, mean, variance, gamma, beta, eps=0)`, alone, so not folded.
#[test]
fn batch_norm() {
    let op = Bn { eps: Constant(0.0), momentum: Constant(0.99), scale: true, shift: true };
    let tensors =
        [vec![2.0, 1.0, -1.0], vec![0.0, 0.5, 1.0], vec![0.5, -0.25, 1.0], vec![1.0, 4.0, 0.25]];
    assert_eq!(
        on_ramp(Op::Bn(op), image(1, 2, 3), &tensors),
        &[-2.0, 1.25, 2.5, -2.5, 1.125, 3.0,]
    );
}

/// `prelu(x, [0.25, -0.5])`; `leaky_relu` from its definition.
#[test]
fn activations() {
    let slopes = vec![0.25, -0.5];
    assert_eq!(
        on_ramp(Op::Activation(Activation::Prelu), image(1, 3, 2), &[slopes]),
        &[-0.125, 1.25, 0.25, 0.375, 1.0, 0.0,]
    );
    let x = [-2.0, f32::NAN, 8.0];
    let op = Op::Activation(Activation::LeakyRelu(Constant(0.25)));
    let y = run(op, &[(Shape::Vector(3), &x)], &[]).swap_remove(0);
    assert!(y[0] == -0.5 && y[1].is_nan() && y[2] == 8.0, "{y:?}");
}

/// `softmax(x, 1)` on two pixels.
#[test]
fn softmax() {
    close(
        &on_ramp(Op::Softmax(Softmax), image(1, 2, 4), &[]),
        &[
            0.10362261,
            0.5963069,
            0.21936907,
            0.080701366,
            0.43820912,
            0.16120812,
            0.059305154,
            0.3412776,
        ],
    );
}

/// `channel_shuffle(x, 2)`.
#[test]
fn channel_shuffle() {
    assert_eq!(
        on_ramp(Op::Shuffle(Shuffle { groups: 2 }), image(1, 2, 6), &[]),
        &[-0.5, -0.75, 1.25, 1.0, 0.25, 0.0, -1.0, -1.25, 0.75, 0.5, -0.25, -0.5,]
    );
}

#[test]
fn sums_and_products() {
    let (shape, pixel) = (image(1, 2, 2), image(1, 1, 2));
    let (a, b, c) = ([1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0], [-1.0, 2.0]);
    let sum = run(Op::Add(Add), &[(shape, &a), (shape, &b), (shape, &a)], &[]);
    assert_eq!(sum[0], [12.0, 24.0, 36.0, 48.0]);
    for operands in [[(shape, &a[..]), (pixel, &c[..])], [(pixel, &c), (shape, &a)]] {
        assert_eq!(run(Op::Mul(Mul), &operands, &[])[0], [-1.0, 4.0, -3.0, 8.0]);
    }
    let scaled = run(Op::Scale(Scale(Constant(-0.5))), &[(shape, &a)], &[]);
    assert_eq!(scaled[0], [-0.5, -1.0, -1.5, -2.0]);
}

#[test]
fn channels_put_together_and_taken_apart() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let ten = [10.0, 20.0];
    let op = Op::Concat(Concat);
    let y = run(op, &[(image(1, 2, 1), &ten), (image(1, 2, 3), &x)], &[]);
    assert_eq!(y[0], [10.0, 1.0, 2.0, 3.0, 20.0, 4.0, 5.0, 6.0]);
    let y = run(Op::Split(Split { parts: vec![1, 2] }), &[(image(1, 2, 3), &x)], &[]);
    assert_eq!(y, [vec![1.0, 4.0], vec![2.0, 3.0, 5.0, 6.0]]);
    let y = run(Op::Slice(Slice { from: 1, to: 3 }), &[(image(1, 2, 3), &x)], &[]);
    assert_eq!(y[0], [2.0, 3.0, 5.0, 6.0]);
    let y = run(Op::Pad(Pad::Channels(1, -2)), &[(image(1, 2, 3), &x)], &[]);
    assert_eq!(y[0], [0.0, 1.0, 0.0, 4.0]);
}

#[test]
fn padding_and_cropping() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let op = Pad::Image(Pads { top: 1, bottom: -1, left: -1, right: 1 });
    let y = run(Op::Pad(op), &[(image(2, 3, 1), &x)], &[]);
    assert_eq!(y[0], [0.0, 0.0, 0.0, 2.0, 3.0, 0.0]);
}

/// TensorFlow's example: a 2x2 image of one channel is one pixel of four, row by row.
#[test]
fn depth_and_space() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let deep = [1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0];
    let op = |to_space| Op::Depth(Depth { block: 2, to_space });
    assert_eq!(run(op(false), &[(image(2, 4, 1), &x)], &[])[0], deep);
    assert_eq!(run(op(true), &[(image(1, 2, 4), &deep)], &[])[0], x);
}

#[test]
fn bytes_are_preprocessed() {
    let mut network = network(Op::Scale(Scale(Constant(1.0))), &[image(1, 1, 3)]);
    network.inputs[0].preprocess = Preprocess {
        bytes: true,
        scale: vec![Constant(0.5), Constant(1.0), Constant(2.0)],
        offset: vec![Constant(-1.0); 3],
        bgr: true,
    };
    let plan = plan(&network, &Options { keep: vec![ValueId(0)] });
    let mut executor = Executor::new(&plan, Vec::new()).expect("no weights");
    let y = executor.run(&[Input::Bytes(&[10, 20, 30])]).expect("one input of three bytes");
    assert_eq!(y[0], [14.0, 19.0, 19.0]);
    assert_eq!(executor.run(&[Input::F32(&[10.0, 20.0, 30.0])]), Ok(y.clone()));
    assert_eq!(executor.kept(0), Some(&y[0][..]));
    assert_eq!(executor.kept(1), None);
}

#[test]
fn wrong_inputs_are_errors() {
    let network = network(Op::Scale(Scale(Constant(1.0))), &[image(1, 1, 3)]);
    let plan = plan(&network, &Options::default());
    let weights = Executor::new(&plan, vec![0.0]).map(|_| ());
    assert_eq!(weights, Err(Error::Weights { expected: 0, found: 1 }));
    let mut executor = Executor::new(&plan, Vec::new()).expect("no weights");
    assert_eq!(executor.run(&[]), Err(Error::Inputs { expected: 1, found: 0 }));
    let short = Error::Length { index: 0, expected: 3, found: 2 };
    assert_eq!(executor.run(&[Input::F32(&[0.0; 2])]), Err(short));
    assert_eq!(executor.run(&[Input::Bytes(&[0; 3])]), Err(Error::Bytes { index: 0 }));
}
