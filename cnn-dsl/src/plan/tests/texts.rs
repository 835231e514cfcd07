//! Whole plans as text.

use super::{Net, bn, conv, dense, dw, flatten, image, planned, relu, same};
use crate::ir::layers::softmax::Softmax;
use crate::ir::{Activation, Op, Pads};

/// The lecture's first model.
#[test]
fn simple_cnn() {
    let mut net = Net::new(image(28, 28, 1));
    for _ in 0..2 {
        net.then(conv(3, 3, same(0)));
        net.then(relu());
    }
    net.then(flatten());
    net.then(dense(10));
    net.then(Op::Softmax(Softmax));
    let expected = "\
Net: arena 3760, weights 17456
0 conv1+relu1  k0 conv 3x3 columns 16, relu  user 28x28x1 -> 26x26x3 [1|0+26+0] @0  w0 w1
1 conv2+relu2  k1 conv 3x3 columns 16, relu  26x26x3 [1|0+26+0] @0 -> 24x24x3 @2032  w2 w3
2 dense1  k2 dense inputs sums 1  1728 @2032 -> 10 @0  w4 w5
3 softmax1  k3 softmax  10 @0 -> 10 @16
w0 @0 +27 panels conv1 lanes 1
w1 @32 +3 bias conv1 channels 3 lanes 1
w2 @48 +81 panels conv2 lanes 1
w3 @144 +3 bias conv2 channels 3 lanes 1
w4 @160 +17280 panels dense1 lanes 1
w5 @17440 +10 bias dense1 channels 10 lanes 1
outputs @16
";
    assert_eq!(planned(&net.finish()).to_string(), expected);
}

/// The front of MobileNetV1: TensorFlow's `same` puts the odd pixel of a stride of 2 behind.
#[test]
fn mobilenet_front() {
    let mut net = Net::new(image(224, 224, 3));
    let behind = Pads { top: 0, bottom: 1, left: 0, right: 1 };
    let Op::Conv(mut first) = conv(3, 32, behind) else { unreachable!() };
    (first.stride, first.bias) = ([2, 2], false);
    net.then(Op::Conv(first));
    for (stride, filters, pads) in [(1, 64, same(1)), (2, 128, behind)] {
        net.then(bn());
        net.then(Op::Activation(Activation::Relu6));
        net.then(dw(3, stride, pads));
        net.then(bn());
        net.then(Op::Activation(Activation::Relu6));
        let Op::Conv(mut pointwise) = conv(1, filters, same(0)) else { unreachable!() };
        pointwise.bias = false;
        net.then(Op::Conv(pointwise));
    }
    let expected = "\
Net: arena 1764000, weights 12288
0 -  k0 input 0  user -> 224x224x3 [3|0+224+1] @1612800
1 conv1+bn1+relu61  k1 conv 3x3 stride 2x2 channels 16, relu6  224x224x3 [3|0+224+1] @1612800 -> 112x112x32 [16|1+112+1] @0  w0 w1
2 dw1+bn2+relu62  k2 dw 3x3, relu6  112x112x32 [16|1+112+1] @0 -> 112x112x32 [16|0+112+0] @1211392  w2 w3
3 conv2+bn3+relu63  k3 conv 1x1 channels 16, relu6  112x112x32 [16|0+112+0] @1211392 -> 112x112x64 [16|0+112+1] @0  w4 w5
4 dw2+bn4+relu64  k4 dw 3x3 stride 2x2, relu6  112x112x64 [16|0+112+1] @0 -> 56x56x64 [16|0+56+0] @1211392  w6 w7
5 conv3  k5 conv 1x1 channels 16  56x56x64 [16|0+56+0] @1211392 -> 56x56x128 @809984  w8 w9
row by row: 1, 4 rows @1211392 +14592
row by row: 2, 1 rows @1225984 +3584
row by row: 3, 4 rows @1229568 +28928
row by row: 4, 1 rows @1258496 +3584
row by row: 5
w0 @0 +864 panels conv1 with bn1 lanes 16
w1 @864 +32 bias 0 with bn1 channels 32 lanes 16
w2 @896 +288 taps dw1 with bn2 lanes 16
w3 @1184 +32 bias 0 with bn2 channels 32 lanes 16
w4 @1216 +2048 panels conv2 with bn3 lanes 16
w5 @3264 +64 bias 0 with bn3 channels 64 lanes 16
w6 @3328 +576 taps dw2 with bn4 lanes 16
w7 @3904 +64 bias 0 with bn4 channels 64 lanes 16
w8 @3968 +8192 panels conv3 lanes 16
w9 @12160 +128 bias 0 channels 128 lanes 16
outputs @809984
";
    assert_eq!(planned(&net.finish()).to_string(), expected);
}
