//! `predict_into` neither allocates nor frees, in debug builds too.

use allocation_counter::measure;
use cnn_runtime::{Image, cnn};

cnn! {
    /// Convolutions of both forms, batch norm, branches, a shared layer, pools and a classifier.
    model Patterns {
        input 17x15x3, u8, scale (1/255);
        conv 3x3, 4, pad 1, bn, relu;
        layer twice = conv 3x3, 16, pad same;
        conv 1x1, 16;
        twice, relu; twice, silu;
        add { dw 3x3, pad same, bn, relu6; conv 1x1, 16; };
        mul { pool avg global; conv 1x1, 16, sigmoid; };
        concat { conv 1x1, 5; }, { pool max 3x3, stride 1, pad 1; };
        let (a, b) = split 10, 11;
        concat b, a;
        deconv 2x2, 7, stride 2, leaky_relu;
        resize 9x9 bilinear;
        lrn;
        pool max 3x3;
        flatten;
        dense 10, softmax;
    }
}

#[test]
fn predict_into_does_not_allocate() {
    let net = Patterns::init(7);
    let mut workspace = Patterns::workspace();
    let image: Image<17, 15, 3> = [[[3.0; 3]; 15]; 17];
    let bytes = [[[3u8; 3]; 15]; 17];
    let mut p = [0.0; 10];
    let counted = measure(|| net.predict_into(&mut workspace, &image, &mut p));
    assert_eq!(counted.count_total, 0, "{counted:?}");
    let floats = p;
    let counted = measure(|| net.predict_u8_into(&mut workspace, &bytes, &mut p));
    assert_eq!(counted.count_total, 0, "{counted:?}");
    assert_eq!(p, floats);
    assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

/// The net keeps its workspaces: after the first call even `predict` does not allocate.
#[test]
fn predict_uses_the_nets_own_workspace() {
    let net = Patterns::init(7);
    let image: Image<17, 15, 3> = [[[3.0; 3]; 15]; 17];
    let first = net.predict(&image);
    let mut second = [0.0; 10];
    let counted = measure(|| second = net.predict(&image));
    assert_eq!(counted.count_total, 0, "{counted:?}");
    assert_eq!(first, second);
}
