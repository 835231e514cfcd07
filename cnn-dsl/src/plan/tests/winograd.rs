//! Where Winograd's form is chosen.

use super::{Net, conv, image, planned, same};
use crate::ir::Op;
use crate::plan::Kernel;
use crate::plan::layers::conv::Form;
use cnn_weights::Winograd;

/// The tile of a 3x3 convolution's kernel, for a square image with pads of 1.
fn tile(size: usize, channels: usize, filters: usize) -> Option<Winograd> {
    let mut net = Net::new(image(size, size, channels));
    net.then(conv(3, filters, same(1)));
    tile_of(&net)
}

/// The tile of a network's last kernel.
fn tile_of(net: &Net) -> Option<Winograd> {
    let mut network = net.network.clone();
    network.outputs.push(crate::ir::Output { name: None, value: net.last });
    let plan = planned(&network);
    match plan.kernels.last() {
        Some(Kernel::Conv(conv)) => match conv.form {
            Form::Winograd { tile, .. } => Some(tile),
            Form::Channels { .. } | Form::Columns { .. } => None,
        },
        other => panic!("{other:?} is no convolution"),
    }
}

/// The layers of VGG-16 and of ResNet-18 and -50 that were measured, and the form that was fastest or
/// within a tenth of it with fewer weights.
#[test]
fn the_measured_layers_get_what_was_fast() {
    let (two, four) = (Some(Winograd::F2), Some(Winograd::F4));
    assert_eq!(tile(224, 3, 64), None);
    assert_eq!(tile(224, 64, 64), four);
    assert_eq!(tile(112, 64, 128), four);
    assert_eq!(tile(112, 128, 128), four);
    assert_eq!(tile(56, 64, 64), four);
    assert_eq!(tile(56, 128, 256), four);
    assert_eq!(tile(56, 256, 256), four);
    assert_eq!(tile(28, 128, 128), four);
    assert_eq!(tile(28, 256, 512), four);
    assert_eq!(tile(28, 512, 512), four);
    assert_eq!(tile(14, 256, 256), two);
    assert_eq!(tile(14, 512, 512), two);
    assert_eq!(tile(7, 512, 512), two);
    assert_eq!(tile(7, 128, 128), None);
    assert_eq!(tile(8, 32, 32), None, "too little work");
}

#[test]
fn another_window_is_direct() {
    let changed = |change: fn(&mut crate::ir::layers::conv::Conv)| {
        let mut net = Net::new(image(56, 56, 64));
        let mut op = conv(3, 64, same(1));
        if let Op::Conv(op) = &mut op {
            change(op);
        }
        net.then(op);
        tile_of(&net)
    };
    assert_eq!(changed(|_| ()), Some(Winograd::F4));
    assert_eq!(changed(|op| op.stride = [2, 2]), None);
    assert_eq!(changed(|op| op.stride = [1, 2]), None);
    assert_eq!(changed(|op| op.dilation = [2, 1]), None);
    assert_eq!(changed(|op| op.kernel = [3, 1]), None);
    assert_eq!(changed(|op| op.kernel = [5, 5]), None);
    assert_eq!(changed(|op| op.groups = 2), None);
}

#[test]
fn winograd_off_is_direct() {
    let mut net = Net::new(image(56, 56, 64));
    net.then(conv(3, 64, same(1)));
    net.network.winograd = false;
    assert_eq!(tile_of(&net), None);
}

#[test]
fn what_is_written_out_is_direct() {
    let mut net = Net::new(image(56, 56, 64));
    net.then(conv(3, 64, same(1)));
    net.network.layers[0].unroll = true;
    assert_eq!(tile_of(&net), None);
}

/// An operand that another layer or the user needs dense has no columns of zeros.
#[test]
fn a_dense_operand_is_read_directly() {
    let mut net = Net::new(image(56, 56, 64));
    let middle = net.then(conv(3, 64, same(1)));
    net.then(conv(3, 64, same(1)));
    assert_eq!(tile_of(&net), Some(Winograd::F4));
    net.output(middle);
    assert_eq!(tile_of(&net), None);
}

/// The scratch memory of the largest kernel is told, and is part of a workspace.
#[test]
fn scratch_memory_counts() {
    let mut net = Net::new(image(56, 56, 64));
    net.then(conv(3, 64, same(1)));
    let network = net.finish();
    let plan = planned(&network);
    // 36 positions of 28 tiles of 64 channels, before and after, each a cache line longer.
    assert_eq!(plan.scratch, 36 * 2 * (28 * 64 + 16));
    assert_eq!(plan.arena_bytes(), 4 * (plan.arena + plan.scratch) as u64);
}
