//! What must hold for every network: random ones of every operation.

use super::{Net, bn, conv, dense, dw, flatten, image, relu, same};
use crate::ir::layers::{
    add::Add, bn::Bn, concat::Concat, deconv::Deconv, depth::Depth, dropout::Dropout, lrn::Lrn,
    mul::Mul, pad::Pad, pool, resize, scale::Scale, shuffle::Shuffle, slice::Slice,
    softmax::Softmax, split::Split,
};
use crate::ir::{Activation, Constant, Network, Op, Pads, ValueId};
use crate::plan::{Buffer, BufferId, Options, Plan, plan};
use proptest::prelude::*;

/// An operation made of two small numbers.
fn op(kind: usize, a: usize, b: usize) -> Op {
    let block = 1 + a % 2;
    match kind {
        0 | 1 => conv(1 + a % 3, 1 + b % 20, same((a % 2) as i64)),
        2 => dw(1 + a % 3, 1 + b % 2, same((a % 2) as i64)),
        3 => Op::Deconv(Deconv {
            kernel: [1 + a % 3, 1 + b % 3],
            filters: 1 + b % 20,
            stride: [block, 1],
            dilation: [1, block],
            pads: Pads::default(),
            output_pad: [0, 0],
            groups: 1,
            bias: a.is_multiple_of(2),
        }),
        4 => dense(1 + b % 20),
        5 => Op::Pool(pool::Pool {
            kind: if a.is_multiple_of(2) { pool::PoolKind::Max } else { pool::PoolKind::Average },
            over: pool::PoolOver::Regions([1 + a % 3, 1 + b % 3]),
        }),
        6 | 7 => bn(),
        8 => Op::Bn(Bn {
            eps: Constant(1e-5),
            momentum: Constant(0.9),
            scale: a.is_multiple_of(2),
            shift: b.is_multiple_of(2),
        }),
        9 | 10 => relu(),
        11 => Op::Activation(Activation::Prelu),
        12 => Op::Softmax(Softmax),
        13 => Op::Lrn(Lrn {
            size: 1 + a,
            alpha: Constant(1e-4),
            beta: Constant(0.75),
            k: Constant(1.0),
        }),
        14 => Op::Dropout(Dropout::Identity),
        15 => flatten(),
        16 => Op::Scale(Scale(Constant(a as f32))),
        17 => Op::Pad(Pad::Image(same(1))),
        18 => Op::Pad(Pad::Channels(a as i64 % 3 - 1, 2)),
        19 => Op::Slice(Slice { from: 0, to: 1 + a % 2 }),
        20 => Op::Shuffle(Shuffle { groups: block }),
        21 => Op::Resize(resize::Resize {
            to: [1 + a % 4, 1 + b % 12],
            mode: resize::ResizeMode::Bilinear,
            upsample: false,
        }),
        22 => Op::Depth(Depth { block, to_space: b.is_multiple_of(2) }),
        23 => Op::Split(Split { parts: vec![1; 1 + a % 3] }),
        24 => Op::Add(Add),
        25 => Op::Mul(Mul),
        _ => Op::Concat(Concat),
    }
}

/// A layer: what it computes and, counted back from the newest value, from what.
type Choice = (usize, usize, usize, usize, usize);

fn network(choices: &[Choice], outputs: &[usize]) -> Network {
    let mut net = Net::new(image(3, 9, 2));
    net.input(image(3, 9, 3));
    for &(kind, a, b, x, z) in choices {
        let newest = net.network.values.len() - 1;
        let (x, z) = (ValueId(newest - x.min(newest)), ValueId(newest - z.min(newest)));
        let op = op(kind, a, b);
        let operands = if kind >= 24 { vec![x, z] } else { vec![x] };
        // What does not fit is left out.
        let _ = net.on(op, &operands);
    }
    let newest = net.network.values.len() - 1;
    for &output in outputs {
        net.output(ValueId(newest - output.min(newest)));
    }
    net.finish()
}

/// Between a buffer's write and each of its reads nobody writes there. Of buffers that lie in one
/// another each `f32` is written once.
pub(super) fn assert_nothing_is_overwritten(plan: &Plan<'_>) {
    let extent = |id: &BufferId| {
        let buffer = plan.buffers[id.0];
        buffer.offset..buffer.offset + buffer.len
    };
    let cells = |id: &BufferId| {
        let Buffer { shape, layout, offset, stride, .. } = plan.buffers[id.0];
        let row = layout.row(shape);
        (0..shape.hwc()[0]).flat_map(move |h| (0..row).map(move |i| offset + h * stride + i))
    };
    let outermost = |mut id: BufferId| {
        while let Some(within) = plan.buffers[id.0].within {
            id = within.buffer;
        }
        id
    };
    let mut written: Vec<Option<BufferId>> = vec![None; plan.arena];
    let stands = |written: &[Option<BufferId>], id: BufferId| {
        cells(&id).all(|cell| written[cell] == Some(outermost(id)))
    };
    for step in &plan.steps {
        let is_placed = |read: &&BufferId| plan.buffers[read.0].user.is_none();
        for &read in step.reads.iter().filter(is_placed) {
            assert!(stands(&written, read), "{read:?} is gone\n{plan}");
        }
        for write in &step.writes {
            let (to, buffer) = (extent(write), plan.buffers[write.0]);
            assert!(to.end <= plan.arena && (buffer.within.is_some() || to.start % 16 == 0));
            let apart = |other: &BufferId| {
                let other = extent(other);
                other.end <= to.start || to.end <= other.start
            };
            assert!(
                step.reads.iter().filter(is_placed).all(apart),
                "reads and writes overlap\n{plan}"
            );
            let all = outermost(*write);
            for cell in cells(write) {
                assert!(written[cell] != Some(all), "{write:?} is written twice\n{plan}");
                written[cell] = Some(all);
            }
        }
    }
    for &last in plan.outputs.iter().chain(&plan.kept) {
        assert!(stands(&written, last), "{last:?} is gone at the end\n{plan}");
        let buffer = plan.buffers[last.0];
        assert!(buffer.layout.is_dense(buffer.shape) && buffer.within.is_none());
    }
}

/// The rings of the front overlap neither one another nor what stands while it runs.
pub(super) fn assert_rings_are_apart(plan: &Plan<'_>) {
    let Some(last) = plan.front.last() else { return };
    let rings: Vec<_> = plan.front.iter().filter_map(|stage| stage.ring).collect();
    assert_eq!(rings.len(), plan.front.len() - 1);
    let first = &plan.steps[plan.front[0].step];
    let ends = first.reads.iter().chain(&plan.steps[last.step].writes);
    let mut places: Vec<(usize, usize)> = ends
        .filter(|id| plan.buffers[id.0].user.is_none())
        .map(|id| (plan.buffers[id.0].offset, plan.buffers[id.0].offset + plan.buffers[id.0].len))
        .chain(rings.iter().map(|ring| (ring.offset, ring.offset + ring.len)))
        .collect();
    places.sort_unstable();
    assert!(places.windows(2).all(|pair| pair[0].1 <= pair[1].0), "rings overlap\n{plan}");
    assert!(places.iter().all(|&(start, end)| start % 16 == 0 && end <= plan.arena));
    assert!(rings.iter().all(|ring| ring.rows.is_power_of_two()));
}

/// A front whose result could lie where its operand does if its layers ran one after the other.
#[test]
fn what_the_front_reads_stands_until_it_ends() {
    let mut net = Net::new(image(64, 64, 16));
    net.network.winograd = false;
    net.then(conv(3, 16, same(1)));
    net.then(conv(1, 16, same(0)));
    let network = net.finish();
    let plan = plan(&network, &Options::default());
    assert_eq!(plan.front.len(), 2, "{plan}");
    assert_rings_are_apart(&plan);
}

/// Convolutions over an image so large that its rows are kept in rings, with another input that is
/// read behind them.
#[test]
fn rings_are_apart() {
    let mut net = Net::new(image(64, 64, 16));
    net.network.winograd = false;
    net.input(image(64, 64, 16));
    let other = net.last;
    for _ in 0..3 {
        net.then(conv(3, 16, same(1)));
        net.then(conv(1, 16, same(0)));
    }
    let newest = net.last;
    net.on(Op::Add(Add), &[newest, other]).unwrap();
    let network = net.finish();
    let plan = plan(&network, &Options::default());
    // The last convolution takes the sum, and so another operand.
    assert_eq!(plan.front.len(), 5, "{plan}");
    assert_rings_are_apart(&plan);
    assert_nothing_is_overwritten(&plan);
}

fn assert_weights_are_in_order(plan: &Plan<'_>) {
    let mut end = 0;
    for pack in plan.weights.packs.iter() {
        assert!(pack.offset % 16 == 0 && pack.offset >= end && pack.len > 0);
        end = pack.offset + pack.len;
    }
    assert!(end <= plan.weights.len);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn plans_hold_together(
        choices in prop::collection::vec((0_usize..27, 0_usize..6, 0_usize..20, 0_usize..4, 0_usize..6), 0..40),
        outputs in prop::collection::vec(0_usize..5, 1..3),
        keep in prop::collection::vec(0_usize..40, 0..3),
    ) {
        let network = network(&choices, &outputs);
        let values = network.values.len();
        let keep = keep.into_iter().map(|v| ValueId(v % values)).collect();
        let plan = plan(&network, &Options { keep });
        assert_nothing_is_overwritten(&plan);
        assert_weights_are_in_order(&plan);
        assert_rings_are_apart(&plan);
        prop_assert_eq!(plan.outputs.len(), network.outputs.len());
        let mut lines = plan.to_string().lines().count();
        lines -= usize::from(!plan.kept.is_empty());
        prop_assert_eq!(
            lines,
            2 + plan.steps.len() + plan.front.len() + plan.weights.packs.len()
        );
    }
}

/// A generator that leaves everything out would prove nothing.
#[test]
fn every_operation_is_among_the_random_ones() {
    let choices: Vec<Choice> = (0..27).map(|kind| (kind, 1, 1, 26, 26)).collect();
    let mut kinds: Vec<&str> = network(&choices, &[0]).layers.iter().map(|l| l.op.kind()).collect();
    kinds.dedup();
    assert!(kinds.len() >= 20, "{kinds:?}");
}
