//! Layouts, renamings and conversions.

use super::{Net, bn, conv, dense, dw, flatten, image, planned, relu, same, schedule};
use crate::differentiate::differentiate;
use crate::ir::gradient::Gradient;
use crate::ir::layers::{add::Add, dropout::Dropout};
use crate::ir::{Budget, BudgetKind, Constant, Op, ValueId};
use crate::plan::layers::{Kernel, conv::Form};
use crate::plan::{Bound, Layout, MAX_ARENA_BYTES, Options, Phase, over_budget, plan};

#[test]
fn renamings_share_the_buffer() {
    let mut net = Net::new(image(4, 4, 16));
    let summed = net.then(relu());
    net.then(Op::Dropout(Dropout::Elements(Constant(0.5))));
    let flat = net.then(flatten());
    net.then(dense(10));
    let network = net.finish();
    let plan = plan(&network, &Options { keep: vec![summed, flat] });
    assert_eq!(schedule(&plan), ["relu1", "dense1"]);
    assert_eq!(plan.kept[0], plan.kept[1]);
    assert_eq!(plan.steps[1].reads, [plan.kept[0]]);
}

/// A row needs the columns that its windows reach: the last vector ends with the row. Rows of 10
/// pixels are shorter than a vector, which then reads 16 + 2 columns.
#[test]
fn few_filters_read_columns() {
    let mut net = Net::new(image(6, 20, 3));
    net.then(conv(3, 4, same(1)));
    net.then(conv(5, 7, same(2)));
    let network = net.finish();
    let plan = planned(&network);
    let layout = |buffer: usize| plan.buffers[buffer].layout;
    assert_eq!(layout(0), Layout { lanes: 1, left: 1, right: 1 });
    assert_eq!(layout(1), Layout { lanes: 1, left: 2, right: 2 });
    assert!(layout(2).is_dense(image(6, 20, 7)));
    let mut net = Net::new(image(6, 10, 3));
    net.then(conv(3, 4, same(1)));
    let network = net.finish();
    let narrow = planned(&network).buffers[0].layout;
    assert_eq!(narrow, Layout { lanes: 1, left: 1, right: 18 - 1 - 10 });
}

#[test]
fn stride_groups_and_narrow_images_keep_vectors_over_filters() {
    let few = |w: usize, change: &dyn Fn(&mut crate::ir::layers::conv::Conv)| {
        let Op::Conv(mut op) = conv(3, 4, same(1)) else { unreachable!() };
        change(&mut op);
        let mut net = Net::new(image(16, w, 4));
        net.then(Op::Conv(op));
        let network = net.finish();
        let Some(Kernel::Conv(kernel)) = planned(&network).kernels.pop() else { unreachable!() };
        matches!(kernel.form, Form::Columns { .. })
    };
    assert!(few(8, &|_| {}));
    assert!(!few(7, &|_| {}));
    assert!(!few(16, &|op| op.stride = [2, 1]));
    assert!(!few(16, &|op| op.groups = 2));
    assert!(!few(16, &|op| op.filters = 8));
    // A million zero columns beside eight pixels would be a million times the memory.
    assert!(!few(8, &|op| op.pads.right = 1_000_000));
    let wide = |op: &mut crate::ir::layers::conv::Conv| {
        (op.pads.left, op.pads.right, op.dilation) = (500_000, 500_000, [1, 500_000]);
    };
    assert!(!few(8, &wide));
}

/// Two convolutions over x share one copy of a value that an addition reads as it is.
#[test]
fn readers_that_disagree_get_one_copy() {
    let mut net = Net::new(image(6, 20, 3));
    let x = net.last;
    let a = net.then(conv(3, 3, same(1)));
    let b = net.on(conv(5, 3, same(2)), &[x]).unwrap()[0];
    net.on(Op::Add(Add), &[x, a, b]).unwrap();
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1", "conv2", "add1"]);
    assert!(matches!(&plan.kernels[0], Kernel::Slice(_)));
    assert_eq!(plan.steps[1].reads, plan.steps[2].reads);
    let copy = plan.buffers[plan.steps[1].reads[0].0].layout;
    assert_eq!(copy, Layout { lanes: 1, left: 2, right: 2 });
    assert_eq!(plan.steps[3].reads[0], plan.inputs[0]);
}

/// One channel without columns beside is dense already.
#[test]
fn one_channel_needs_no_copy() {
    let mut net = Net::new(image(6, 16, 1));
    let x = net.last;
    let a = net.then(conv(1, 1, same(0)));
    net.on(Op::Add(Add), &[x, a]).unwrap();
    assert_eq!(schedule(&planned(&net.finish())), ["conv1", "add1"]);
}

#[test]
fn equal_layers_are_one_kernel() {
    let mut net = Net::new(image(14, 14, 32));
    for _ in 0..5 {
        net.then(dw(3, 1, same(1)));
        net.then(conv(1, 32, same(0)));
    }
    let network = net.finish();
    let plan = planned(&network);
    // The last convolution writes the result dense; all others are one kernel.
    assert_eq!((plan.steps.len(), plan.kernels.len()), (11, 4));
}

#[test]
fn budgets_name_the_figure_and_the_limit() {
    let mut net = Net::new(image(1, 1, 16));
    net.then(dense(16));
    let mut network = net.finish();
    let bytes = (16 * 16 + 16) * 4;
    for (what, limit) in [(BudgetKind::Weights, bytes - 1), (BudgetKind::Arena, 128)] {
        network.budgets.push(Budget { what, limit, span: super::SPAN });
    }
    let plan = planned(&network);
    let [error] = &over_budget(&plan)[..] else { panic!("one budget is too small") };
    assert_eq!(error.code, "over_budget");
    assert_eq!(error.message, "`Net` needs 1088 bytes of weights, more than its budget");
    assert_eq!(error.primary.text, "the limit is 1087 bytes");
}

/// 2^31 `f32`s are 8 GiB: 128 of them stand at the end and fill the largest arena, one more is too
/// many. The input has no place there.
#[test]
fn an_arena_has_a_limit() {
    let errors = |outputs: usize| {
        let mut net = Net::new(image(32_768, 4096, 16));
        for _ in 0..outputs {
            let values = net.on(relu(), &[ValueId(0)]).expect("a layer that fits");
            net.output(values[0]);
        }
        over_budget(&planned(&net.finish()))
    };
    assert!(errors(128).is_empty());
    let [error] = &errors(129)[..] else { panic!("129 outputs are too many") };
    assert_eq!(error.code, "arena_too_large");
    assert_eq!(
        error.message,
        format!("`Net` needs {} bytes of arena", MAX_ARENA_BYTES + (8 << 30))
    );
}

/// What the gradient of an activation reads and writes, of a network's last one to its first.
fn gradients_of_activations(net: Net) -> Vec<(usize, bool)> {
    let network = differentiate(&net.finish());
    let plan = planned(&network);
    let steps = plan.steps.iter().enumerate();
    let gradients = steps
        .filter(|(_, step)| matches!(plan.gradient(step), Some(Gradient::Activation(_))))
        .map(|(index, step)| {
            let before = &plan.steps[..index];
            (step.reads.len(), before.iter().any(|earlier| earlier.writes == step.writes))
        });
    gradients.collect()
}

/// `d_y` of an activation becomes its `d_x`, unless the other summand of a shortcut needs it too.
#[test]
fn a_gradient_that_nobody_else_needs_is_overwritten() {
    let mut net = Net::new(image(8, 8, 16));
    for _ in 0..2 {
        net.then(conv(3, 16, same(1)));
        net.then(relu());
    }
    net.then(flatten());
    net.then(dense(10));
    assert_eq!(gradients_of_activations(net), [(1, true), (1, true)]);

    let mut net = Net::new(image(8, 8, 16));
    net.then(conv(3, 16, same(1)));
    let shortcut = net.then(relu());
    net.then(conv(3, 16, same(1)));
    let branch = net.then(relu());
    net.on(Op::Add(Add), &[shortcut, branch]).unwrap();
    net.then(flatten());
    net.then(dense(10));
    assert_eq!(gradients_of_activations(net), [(2, false), (1, true)]);
}

/// What a batch norm and its activation give is computed again for the gradients of the layer behind
/// them, so that it passes: it lies, as all that one phase alone touches, behind what stands longer.
#[test]
fn what_one_phase_makes_and_uses_up_passes() {
    let mut net = Net::new(image(8, 8, 16));
    for _ in 0..3 {
        net.then(conv(3, 16, same(1)));
        net.then(bn());
        net.then(relu());
    }
    net.then(flatten());
    net.then(dense(10));
    let network = differentiate(&net.finish());
    let plan = planned(&network);
    let again = |name: &str| network.layers.iter().filter(|l| l.name == name).count();
    assert_eq!(["bn1.again", "bn2.again"].map(again), [1; 2]);
    // What `flatten` makes of it the dense layer reads, whose samples are computed together.
    assert_eq!(again("bn3.again"), 0);

    let training = plan.training().expect("it trains");
    let phases_of = |buffer| {
        let touches = |step: &crate::plan::Step| {
            step.reads.iter().chain(&step.writes).any(|&other| other == buffer)
        };
        let within = |phase: &&Phase| match phase {
            Phase::Each(steps) => plan.steps[steps.clone()].iter().any(touches),
            Phase::Together(step) => touches(&plan.steps[*step]),
        };
        training.phases.iter().filter(within).collect::<Vec<_>>()
    };
    for (index, buffer) in plan.buffers.iter().enumerate() {
        if buffer.offset >= plan.standing {
            let phases = phases_of(crate::plan::BufferId(index));
            assert!(matches!(phases[..], [Phase::Each(_)]), "{index}: {phases:?}");
        } else {
            assert!(buffer.offset + buffer.len <= plan.standing, "{index}");
        }
    }
    let passes = |step: &&crate::plan::Step| {
        step.writes.iter().any(|buffer| plan.buffers[buffer.0].offset >= plan.standing)
    };
    let writers = plan.steps.iter().filter(passes).map(|step| plan.step_layers(step));
    // What others overwrite stands: the gradients of the first two batch norms' results.
    let expected =
        ["bn1+relu1", "bn2+relu2", "d_bn3", "bn2.again+relu2.again", "bn1.again+relu1.again"];
    assert_eq!(writers.collect::<Vec<_>>(), expected);
    for bound in &training.bounds {
        if let Bound::Moments { moments: met, .. } | Bound::Sums { sums: met, .. } = bound {
            assert!(plan.buffers[met.0].offset < plan.standing);
        }
    }
}
