//! MobileNetV1 through the macro: what it costs rustc is measured on this crate.

cnn_runtime::cnn! {
    block separable(out, stride = 1) {
        dw 3x3, stride stride, pad same, bn, relu6;
        conv 1x1, out, bn, relu6;
    }

    pub model MobileNetV1(classes = 1000, alpha = 1.0, size = 224) {
        input [size, size, 3], u8, scale (1/127.5), offset -1;
        conv 3x3, (32 * alpha), stride 2, pad same, bn, relu6;
        separable (64 * alpha);
        separable (128 * alpha), stride 2;
        separable (128 * alpha);
        separable (256 * alpha), stride 2;
        separable (256 * alpha);
        separable (512 * alpha), stride 2;
        repeat 5 { separable (512 * alpha); }
        separable (1024 * alpha), stride 2;
        separable (1024 * alpha) -> [size / 32, size / 32, 1024 * alpha];
        pool avg global;
        dense classes, softmax;
    }
}
