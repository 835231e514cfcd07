//! Which inputs are converted into the arena, and which are read where the user has them.

use super::{Net, conv, dense, flatten, image, planned, relu, same, schedule};
use crate::ir::layers::pad::Pad;
use crate::ir::{Constant, Op, Shape, ValueId};
use crate::plan::{Options, plan};

/// Whether a network's only input is read where the user has it.
fn in_place(net: Net) -> bool {
    let network = net.finish();
    let plan = planned(&network);
    let user = plan.buffers[plan.inputs[0].0].user;
    assert_eq!(user.is_none(), schedule(&plan)[0].is_empty(), "{plan}");
    user.is_some()
}

#[test]
fn what_is_read_as_it_is_has_no_place() {
    let mut net = Net::new(image(28, 28, 1));
    net.then(conv(3, 3, same(0)));
    assert!(in_place(net));
    let mut net = Net::new(Shape::Vector(784));
    net.then(dense(10));
    assert!(in_place(net));
    let mut net = Net::new(image(4, 4, 1));
    net.then(flatten());
    net.then(dense(10));
    assert!(in_place(net));
}

/// A window over the edge finds columns of zeros beside the rows, which the user's have not.
#[test]
fn rows_with_zeros_beside_are_converted() {
    let mut net = Net::new(image(28, 28, 1));
    net.then(conv(3, 3, same(1)));
    assert!(!in_place(net));
    let mut net = Net::new(image(28, 28, 1));
    net.then(Op::Pad(Pad::Image(same(1))));
    net.then(conv(3, 3, same(0)));
    assert!(in_place(net), "zeros of a layer of their own");
}

#[test]
fn what_is_preprocessed_is_converted() {
    let changes: [&dyn Fn(&mut crate::ir::Preprocess); 4] = [
        &|p| p.bytes = true,
        &|p| p.scale = vec![Constant(2.0)],
        &|p| p.offset = vec![Constant(1.0)],
        &|p| p.bgr = true,
    ];
    for change in changes {
        let mut net = Net::new(image(28, 28, 1));
        change(&mut net.network.inputs[0].preprocess);
        net.then(conv(3, 3, same(0)));
        assert!(!in_place(net));
    }
}

/// What is asked for at the end stands in the arena, under whatever name.
#[test]
fn what_stands_at_the_end_is_converted() {
    let mut net = Net::new(image(4, 4, 1));
    let flat = net.then(flatten());
    net.then(relu());
    net.output(flat);
    assert!(!in_place(net));
    let mut net = Net::new(image(4, 4, 1));
    net.then(relu());
    let network = net.finish();
    let kept = plan(&network, &Options { keep: vec![ValueId(0)] });
    assert_eq!(kept.buffers[kept.inputs[0].0].user, None);
}

/// Of two inputs one may be read in place and the other not.
#[test]
fn each_input_is_looked_at() {
    let mut net = Net::new(image(8, 8, 1));
    let first = net.last;
    let second = net.input(image(8, 8, 1));
    net.on(conv(3, 1, same(0)), &[first]);
    net.on(conv(3, 1, same(1)), &[second]);
    let outputs = [net.last, ValueId(net.last.0 - 1)];
    outputs.into_iter().for_each(|value| net.output(value));
    let network = net.finish();
    let plan = planned(&network);
    let users: Vec<_> = plan.inputs.iter().map(|id| plan.buffers[id.0].user).collect();
    assert_eq!(users, [Some(0), None], "{plan}");
}
