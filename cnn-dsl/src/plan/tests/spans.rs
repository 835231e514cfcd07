//! Values that lie in a larger one.

use super::invariants::{assert_nothing_is_overwritten, assert_rings_are_apart};
use super::{Net, bn, conv, dense, flatten, image, planned, relu, same, schedule};
use crate::ir::layers::{
    add::Add, concat::Concat, deconv::Deconv, pad::Pad, pool, slice::Slice, split::Split,
};
use crate::ir::{Network, Op, Pads, ValueId};
use crate::plan::layers::Kernel;
use crate::plan::{Buffer, BufferId, Layout, Plan};
use proptest::prelude::*;

fn slice(from: usize, to: usize) -> Op {
    Op::Slice(Slice { from, to })
}

fn pool3() -> Op {
    let over = pool::PoolOver::Window {
        kernel: [3, 3],
        stride: [1, 1],
        pads: same(1),
        include_pad: false,
        ceil: false,
    };
    Op::Pool(pool::Pool { kind: pool::PoolKind::Max, over })
}

fn pool_halving() -> Op {
    Op::Pool(pool::Pool { kind: pool::PoolKind::Max, over: pool::PoolOver::Regions([4, 4]) })
}

fn deconv(side: usize, stride: usize, filters: usize, pads: Pads) -> Op {
    let (kernel, stride) = ([side, side], [stride, stride]);
    let (dilation, output_pad) = ([1, 1], [0, 0]);
    Op::Deconv(Deconv {
        kernel,
        filters,
        stride,
        dilation,
        pads,
        output_pad,
        groups: 1,
        bias: true,
    })
}

/// The buffer that the step of this name writes.
fn written(plan: &Plan<'_>, step: &str) -> Buffer {
    let index = schedule(plan).iter().position(|name| name == step).expect("a step of this name");
    plan.buffers[plan.steps[index].writes[0].0]
}

/// A fire module of SqueezeNet: of a row of the result 16 blocks of 8 columns, the first convolution
/// writes the first eight and the second one the others.
#[test]
fn branches_write_into_their_concatenation() {
    let mut net = Net::new(image(8, 8, 16));
    let x = net.then(conv(1, 16, same(0)));
    let a = net.on(conv(1, 128, same(0)), &[x]).unwrap()[0];
    let b = net.on(conv(1, 128, same(0)), &[x]).unwrap()[0];
    net.on(Op::Concat(Concat), &[a, b]).unwrap();
    net.then(conv(1, 16, same(0)));
    net.then(conv(1, 16, same(0)));
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["conv1", "conv2", "conv3", "conv4", "conv5"]);
    let (a, b) = (written(&plan, "conv2"), written(&plan, "conv3"));
    assert_eq!((a.stride, b.stride), (16 * 8 * 16, 16 * 8 * 16));
    assert_eq!(b.offset, a.offset + 8 * 8 * 16);
    let kernel = |step: usize| plan.steps[step].kernel;
    assert_eq!(kernel(1), kernel(2), "wherever they write");
    let read = plan.buffers[plan.steps[3].reads[0].0];
    assert_eq!((read.offset, read.stride, read.within), (a.offset, 16 * 8 * 16, None));
    assert_nothing_is_overwritten(&plan);
}

/// The values of a dense block lie in one another: nobody copies the first one four times.
#[test]
fn concatenations_lie_in_one_another() {
    let mut net = Net::new(image(8, 8, 3));
    let mut x = net.then(conv(3, 32, same(1)));
    for _ in 0..4 {
        let new = net.on(bn(), &[x]).unwrap()[0];
        let new = net.on(conv(3, 16, same(1)), &[new]).unwrap()[0];
        x = net.on(Op::Concat(Concat), &[x, new]).unwrap()[0];
    }
    net.then(bn());
    let network = net.finish();
    let plan = planned(&network);
    assert!(!schedule(&plan).iter().any(|name| name.contains("concat")), "{plan}");
    let strides: Vec<usize> = (1..=5).map(|i| written(&plan, &format!("conv{i}")).stride).collect();
    assert_eq!(strides, [96 * 8; 5]);
    assert_nothing_is_overwritten(&plan);
}

/// A window's columns of zeros stand beside every part of the row that it reads.
#[test]
fn all_have_the_columns_of_the_widest_window() {
    let mut net = Net::new(image(8, 8, 16));
    net.network.winograd = false;
    let x = net.last;
    let a = net.on(conv(1, 32, same(0)), &[x]).unwrap()[0];
    let b = net.on(conv(1, 32, same(0)), &[x]).unwrap()[0];
    net.on(Op::Concat(Concat), &[a, b]).unwrap();
    net.then(conv(5, 32, same(2)));
    let network = net.finish();
    let plan = planned(&network);
    for step in ["conv1", "conv2"] {
        assert_eq!(written(&plan, step).layout, Layout { lanes: 16, left: 2, right: 2 });
    }
}

/// Only what cannot lie in the result is copied: the input, which no kernel writes by rows, and
/// an operand that is there twice; neighbours at once.
#[test]
fn the_rest_is_copied_in_runs() {
    let mut net = Net::new(image(4, 4, 16));
    let x = net.last;
    let a = net.on(relu(), &[x]).unwrap()[0];
    let b = net.on(relu(), &[x]).unwrap()[0];
    net.on(Op::Concat(Concat), &[x, x, a, b, b]).unwrap();
    net.then(bn());
    let network = net.finish();
    let plan = planned(&network);
    let steps = schedule(&plan);
    assert_eq!(steps, ["relu1", "relu2", "concat1", "concat1", "bn1"]);
    let operands: Vec<usize> = plan.steps[2..4].iter().map(|step| step.reads.len()).collect();
    assert_eq!(operands, [2, 2]);
    assert_nothing_is_overwritten(&plan);
}

/// The way up of a U-Net: twice the size, beside the middle of what the way down had there.
#[test]
fn crops_and_transposed_convolutions_write_into_their_concatenation() {
    let mut net = Net::new(image(8, 8, 16));
    let skip = net.then(conv(1, 32, same(0)));
    let small = net.then(pool_halving());
    let up = net.on(deconv(2, 2, 32, same(0)), &[small]).unwrap()[0];
    let crop = net.on(Op::Pad(Pad::Image(same(-1))), &[skip]).unwrap()[0];
    let up = net.on(Op::Pad(Pad::Image(same(-1))), &[up]).unwrap()[0];
    net.on(Op::Concat(Concat), &[crop, up]).unwrap();
    net.then(bn());
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["conv1", "pool1", "deconv1", "pad1", "pad2", "bn1"]);
    assert_eq!(written(&plan, "pad2").stride, 6 * 64);
    assert_nothing_is_overwritten(&plan);
}

/// Of a 4x4 kernel at stride 2 with one column cut off, each output sees two columns: its own and
/// the one before or behind.
#[test]
fn a_transposed_convolution_has_the_columns_that_it_reaches() {
    let columns = |kernel: usize, stride: usize, cut: i64| {
        let mut net = Net::new(image(8, 8, 3));
        net.then(conv(1, 32, same(0)));
        net.then(deconv(kernel, stride, 16, same(cut)));
        let network = net.finish();
        let layout = written(&planned(&network), "conv1").layout;
        [layout.left, layout.right]
    };
    assert_eq!(columns(4, 2, 1), [1, 1]);
    assert_eq!(columns(2, 2, 0), [0, 0]);
    assert_eq!(columns(3, 1, 1), [1, 1]);
    // Of 129 columns most would be padding.
    assert_eq!(columns(130, 1, 65), [0, 0]);
}

/// A kernel is lent what it writes alone, so the second pool of a pyramid writes elsewhere.
#[test]
fn nothing_is_read_where_it_is_written() {
    let mut net = Net::new(image(8, 8, 16));
    let a = net.then(relu());
    let b = net.on(pool3(), &[a]).unwrap()[0];
    let c = net.on(pool3(), &[b]).unwrap()[0];
    net.on(Op::Concat(Concat), &[a, b, c]).unwrap();
    net.then(bn());
    let network = net.finish();
    let plan = planned(&network);
    let copies = schedule(&plan).iter().filter(|name| *name == "concat1").count();
    assert_eq!(copies, 1, "{plan}");
    assert_nothing_is_overwritten(&plan);
}

/// Whoever reads two slices of a value is lent what holds both.
#[test]
fn slices_are_read_where_they_lie() {
    let mut net = Net::new(image(4, 4, 3));
    let x = net.then(conv(3, 48, same(1)));
    let parts = net.on(Op::Split(Split { parts: vec![16, 32] }), &[x]).unwrap();
    let first = net.on(slice(32, 48), &[x]).unwrap()[0];
    let sum = net.on(Op::Add(Add), &[parts[0], first]).unwrap()[0];
    net.on(Op::Concat(Concat), &[sum, parts[1]]).unwrap();
    net.then(bn());
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1", "add1", "concat1", "bn1"], "{plan}");
    let conv = written(&plan, "conv1");
    let read = |index: usize| plan.buffers[plan.steps[2].reads[index].0];
    assert_eq!((read(0).offset, read(0).stride), (conv.offset, 4 * 48));
    assert_eq!((read(1).offset, read(1).stride), (conv.offset + 2 * 4 * 16, 4 * 48));
    assert_nothing_is_overwritten(&plan);
}

/// What someone needs dense is copied, and so is a slice that does not begin with a block.
#[test]
fn dense_values_and_broken_blocks_are_copied() {
    let mut net = Net::new(image(4, 4, 3));
    let x = net.then(conv(3, 48, same(1)));
    let part = net.on(slice(8, 24), &[x]).unwrap()[0];
    net.on(flatten(), &[part]).unwrap();
    net.then(dense(10));
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1", "slice1", "dense1"]);
    let Kernel::Slice(kernel) = &plan.kernels[2] else { panic!("a slice") };
    assert!(!kernel.is_of_blocks());
}

/// A value that is a ring's would not be whole where another one lies in it.
#[test]
fn what_lies_in_another_is_in_no_ring() {
    let mut net = Net::new(image(64, 64, 16));
    net.network.winograd = false;
    let a = net.then(conv(3, 16, same(1)));
    let b = net.then(conv(3, 16, same(1)));
    net.on(Op::Concat(Concat), &[a, b]).unwrap();
    net.then(conv(1, 16, same(0)));
    let network = net.finish();
    let plan = planned(&network);
    assert!(plan.front.iter().all(|stage| stage.ring.is_none()), "{plan}");
    assert_rings_are_apart(&plan);
}

/// An operation on 16 to 64 channels.
fn op(kind: usize, a: usize, channels: usize) -> Op {
    let blocks = channels / 16;
    match kind {
        0 => conv(1, 16 * (1 + a % 2), Pads::default()),
        1 => relu(),
        2 => pool3(),
        3 => slice(16 * (a % blocks), channels),
        4 => slice(0, 16 * (1 + a % blocks)),
        5 => Op::Split(Split { parts: vec![16; blocks] }),
        6 => Op::Add(Add),
        _ => Op::Concat(Concat),
    }
}

fn network(choices: &[(usize, usize, usize, usize)]) -> Network {
    let mut net = Net::new(image(2, 3, 16));
    for &(kind, a, x, z) in choices {
        let newest = net.network.values.len() - 1;
        let (x, z) = (ValueId(newest - x.min(newest)), ValueId(newest - z.min(newest)));
        let shape = net.network.shape(x);
        let operands = match kind {
            ..6 => vec![x],
            6 => vec![x, z],
            _ if a == 0 => vec![x, z, x],
            _ => vec![x, z],
        };
        if shape.channels() + net.network.shape(z).channels() <= 64 || kind < 6 {
            let _ = net.on(op(kind, a, shape.channels()), &operands);
        }
    }
    net.then(relu());
    net.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn nothing_is_overwritten_among_rows(
        choices in prop::collection::vec((0_usize..9, 0_usize..4, 0_usize..6, 0_usize..6), 0..30),
    ) {
        let network = network(&choices);
        assert_nothing_is_overwritten(&planned(&network));
    }
}

/// A generator of networks in which nothing lies in anything would prove nothing.
#[test]
fn random_networks_have_values_in_one_another() {
    let choices = [(0, 1, 0, 0), (1, 0, 0, 0), (7, 1, 0, 1), (3, 1, 0, 0), (1, 0, 0, 0)];
    let network = network(&choices);
    let plan = planned(&network);
    let inside = |id: &BufferId| plan.buffers[id.0].within.is_some();
    assert!(plan.steps.iter().any(|step| step.writes.iter().any(inside)), "{plan}");
}
