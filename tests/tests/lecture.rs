//! The lecture's facts, through `cnn!` and the emitted code.

use cnn_runtime::{Image, Load, cnn};

cnn! {
    /// The lecture's first model (S6).
    pub model SimpleCnn {
        input 28x28x1;
        conv 3x3, 3, relu;
        conv 3x3, 3, relu;
        flatten;
        dense 10, softmax;
    }

    /// S2: 6x6, 3x3 filter, stride 2, padding 1.
    pub model OutputSize { input 6x6x1; conv 3x3, 1, stride 2, pad 1 -> 3x3x1; }

    /// S3, S4: one 3x3 filter without a bias on a 6x6 image.
    pub model Edges { input 6x6x1; conv 3x3, 1, no_bias; }

    /// S11.
    pub model Softmax { input 5; softmax; }

    /// S13, a regular convolution.
    pub model Regular { input 224x224x3; conv 3x3, 64, no_bias; }

    /// S13, the same as depthwise and pointwise.
    pub model Separable { input 224x224x3; dw 3x3, no_bias; conv 1x1, 64, no_bias; }
}

#[test]
fn s2_output_size() {
    assert_eq!(OutputSize::OUTPUT, [3, 3, 1]);
}

fn edges(kernel: [[f32; 3]; 3], image: [[f32; 6]; 6]) -> [[f32; 4]; 4] {
    let weights = Load::tensors(&[("conv1.kernel", &[3, 3, 1, 1], kernel.as_flattened())]);
    let net = Edges::load(weights).expect("one kernel");
    let image: Image<6, 6, 1> = image.map(|row| row.map(|x| [x]));
    net.predict(&image).map(|row| row.map(|[x]| x))
}

#[test]
fn s3_vertical_edges() {
    let image = [[10.0, 10.0, 10.0, 0.0, 0.0, 0.0]; 6];
    assert_eq!(edges([[1.0, 0.0, -1.0]; 3], image), [[0.0, 30.0, 30.0, 0.0]; 4]);
}

#[test]
fn s4_horizontal_edges() {
    let (top, bottom) = ([10.0, 10.0, 10.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 10.0, 10.0, 10.0]);
    let kernel = [[1.0; 3], [0.0; 3], [-1.0; 3]];
    let edge = [30.0, 10.0, -10.0, -30.0];
    assert_eq!(
        edges(kernel, [top, top, top, bottom, bottom, bottom]),
        [[0.0; 4], edge, edge, [0.0; 4]]
    );
}

#[test]
fn s6_parameters() {
    let rows: Vec<u64> = SimpleCnn::layers().iter().map(|l| l.parameters).collect();
    assert_eq!(rows, [30, 84, 0, 17_290]);
    assert_eq!(SimpleCnn::PARAMETERS, 17_404);
    assert_eq!(SimpleCnn::INPUT, [28, 28, 1]);
    assert_eq!(SimpleCnn::OUTPUT, [10]);
}

/// The lecture prints the exponentials with two decimals.
#[test]
fn s11_softmax() {
    let net = Softmax::init(0);
    let logits = [-2.0f32, -1.0, 0.0, 1.0, 2.0];
    let exponentials = [0.14, 0.37, 1.00, 2.72, 7.39];
    let sum: f32 = logits.iter().map(|x| x.exp()).sum();
    for (p, e) in net.predict(&logits).into_iter().zip(exponentials) {
        assert_eq!((p * sum * 100.0).round() / 100.0, e);
    }
}

#[test]
fn s13_depthwise_separable() {
    assert_eq!(Regular::MULT_ADDS, 85_162_752);
    let rows: Vec<u64> = Separable::layers().iter().map(|l| l.mult_adds).collect();
    assert_eq!(rows, [1_330_668, 9_462_528]);
    assert_eq!(Separable::MULT_ADDS, 10_793_196);
    let ratio = Regular::MULT_ADDS as f64 / Separable::MULT_ADDS as f64;
    assert_eq!(format!("{ratio:.1}"), "7.9");
}
