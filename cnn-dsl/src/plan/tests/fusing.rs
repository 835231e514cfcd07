//! What becomes one kernel, and what does not.

use super::{Net, bn, conv, image, planned, relu, same, schedule};
use crate::ir::layers::{add::Add, scale::Scale, softmax::Softmax, split::Split};
use crate::ir::{Activation, Constant, Op, ValueId};
use crate::plan::layers::Kernel;
use crate::plan::{Options, plan};

#[test]
fn batch_norm_and_activations_run_inside_the_convolution() {
    let mut net = Net::new(image(4, 4, 16));
    net.then(conv(3, 16, same(1)));
    net.then(bn());
    net.then(relu());
    net.then(Op::Activation(Activation::Tanh));
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1+bn1+relu1+tanh1"]);
    let Kernel::Conv(kernel) = &plan.kernels[1] else { panic!("{:?}", plan.kernels) };
    assert_eq!(kernel.epilogue, [Activation::Relu, Activation::Tanh]);
}

#[test]
fn nothing_is_fused_over_a_value_that_is_kept_or_given() {
    let mut net = Net::new(image(4, 4, 16));
    let summed = net.then(conv(3, 16, same(1)));
    let normed = net.then(bn());
    net.then(relu());
    let mut network = net.finish();
    let steps = |keep: &[ValueId]| schedule(&plan(&network, &Options { keep: keep.to_vec() }));
    assert_eq!(steps(&[summed]), ["", "conv1", "bn1+relu1"]);
    assert_eq!(steps(&[normed]), ["", "conv1+bn1", "relu1"]);
    network.outputs.push(crate::ir::Output { name: None, value: normed });
    assert_eq!(schedule(&planned(&network)), ["", "conv1+bn1", "relu1"]);
}

#[test]
fn nothing_is_fused_over_a_value_with_two_readers() {
    let mut net = Net::new(image(4, 4, 16));
    let x = net.then(conv(3, 16, same(1)));
    let y = net.then(bn());
    net.on(Op::Add(Add), &[x, y]).unwrap();
    net.then(relu());
    assert_eq!(schedule(&planned(&net.finish())), ["", "conv1", "bn1", "add1+relu1"]);
}

/// One reader that reads twice is two readers.
#[test]
fn a_value_added_to_itself_is_not_fused_over() {
    let mut net = Net::new(image(4, 4, 16));
    let x = net.then(conv(3, 16, same(1)));
    net.on(Op::Add(Add), &[x, x]).unwrap();
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1", "add1"]);
    assert_eq!(plan.steps[2].reads[0], plan.steps[2].reads[1]);
}

#[test]
fn prelu_softmax_and_a_lone_batch_norm_are_kernels_of_their_own() {
    let mut net = Net::new(image(4, 4, 16));
    net.then(bn());
    net.then(Op::Activation(Activation::Prelu));
    net.then(Op::Scale(Scale(Constant(2.0))));
    net.then(Op::Softmax(Softmax));
    assert_eq!(schedule(&planned(&net.finish())), ["bn1", "prelu1", "scale1", "softmax1"]);
}

#[test]
fn layers_that_nobody_reads_are_left_out() {
    let mut net = Net::new(image(4, 4, 16));
    let x = net.last;
    net.then(conv(3, 16, same(1)));
    net.then(relu());
    let parts = net.on(Op::Split(Split { parts: vec![4, 12] }), &[x]).unwrap();
    net.output(parts[1]);
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["split1"]);
    assert_eq!(plan.weights.packs.len(), 0);
    // The table still has every tensor: a weight file has them too.
    assert_eq!(plan.weights.tensors.len(), 2);
}

/// `layer c = conv ...; c, bn; c, bn; c; c;`: a piece for each batch norm, one for both bare uses.
#[test]
fn shared_weights_are_packed_once_a_batch_norm() {
    let mut net = Net::new(image(4, 4, 16));
    net.then(conv(3, 16, same(1)));
    net.then(bn());
    for normed in [true, false, false] {
        net.then(conv(3, 16, same(1)));
        net.share(0);
        net.network.weights.pop();
        if normed {
            net.then(bn());
        }
    }
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["", "conv1+bn1", "conv2+bn2", "conv3", "conv4"]);
    let packs: Vec<Vec<usize>> =
        plan.steps.iter().map(|s| s.weights.iter().map(|p| p.0).collect()).collect();
    assert_eq!(packs, [vec![], vec![0, 1], vec![2, 3], vec![4, 5], vec![4, 5]]);
    // All are one kernel but the last, which writes the result without zeros beside it.
    assert_eq!(plan.kernels.len(), 3);
}

/// The sum of a residual block is taken as its last convolution is stored, before the activation;
/// the convolution of a shortcut that runs later takes it instead.
#[test]
fn a_convolution_adds_the_shortcut() {
    let mut net = Net::new(image(8, 8, 16));
    let x = net.then(relu());
    net.then(conv(3, 16, same(1)));
    let main = net.then(bn());
    net.on(Op::Add(Add), &[main, x]).unwrap();
    let second = net.then(relu());
    let main = net.then(conv(3, 16, same(1)));
    let shortcut = net.on(conv(1, 16, same(0)), &[second]).unwrap()[0];
    net.on(Op::Add(Add), &[main, shortcut]).unwrap();
    net.then(relu());
    let network = net.finish();
    let plan = planned(&network);
    assert_eq!(schedule(&plan), ["relu1", "conv1+bn1+add1+relu2", "conv2", "conv3+add2+relu3"]);
    assert_eq!(plan.steps[1].reads.len(), 2);
    let text = plan.to_string();
    assert!(text.contains("conv 1x1 channels 16, add, relu"), "{text}");
}
