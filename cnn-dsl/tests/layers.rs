//! What every built-in layer accepts and gives: shapes, parameters, mult-adds, defaults.
#![cfg(feature = "build")]

use std::path::PathBuf;

use cnn_dsl::check::Selection;
use cnn_dsl::diagnostic::render;
use cnn_dsl::ir::layers::bn::Bn;
use cnn_dsl::ir::layers::dropout::Dropout;
use cnn_dsl::ir::layers::lrn::Lrn;
use cnn_dsl::ir::layers::pool::{Pool, PoolKind, PoolOver};
use cnn_dsl::ir::layers::resize::{Resize, ResizeMode};
use cnn_dsl::ir::layers::split::Split;
use cnn_dsl::ir::{Activation, Constant, Network, Op, Pads};
use cnn_dsl::source::{Disk, SourceFile, Sources};
use cnn_dsl::syntax::Program;

/// The network of a model with these statements, or every report.
fn network(statements: &str) -> Result<Network, String> {
    let mut sources = Sources::default();
    let text = format!("model A {{ {statements} }}");
    let file = SourceFile { name: "a.cnn".to_owned(), folder: PathBuf::new(), text };
    let root = sources.add(file);
    let mut files = Disk::default();
    let reports = |errors: Vec<_>, sources: &Sources| {
        errors.iter().map(|error| render(error, sources)).collect::<String>()
    };
    let program = Program::load(&mut sources, root, &mut files)
        .map_err(|errors| reports(errors, &sources))?;
    let mut checked = cnn_dsl::check::check(&program, &sources, &Selection::All, &mut files);
    let errors = checked.diagnostics.into_vec();
    if errors.is_empty() {
        Ok(checked.models.remove(0).unwrap())
    } else {
        Err(reports(errors, &sources))
    }
}

/// The shape of each output, the parameters and the mult-adds of a model.
fn figures(statements: &str) -> (String, u64, u64) {
    let net = network(statements).unwrap_or_else(|report| panic!("{statements}\n{report}"));
    let shapes = net.outputs.iter().map(|output| net.shape(output.value).to_string());
    let counts = net.counts();
    (shapes.collect::<Vec<_>>().join(" "), counts.parameters, counts.mult_adds)
}

/// The last layer of a model.
fn last(statements: &str) -> Op {
    let net = network(statements).unwrap_or_else(|report| panic!("{statements}\n{report}"));
    net.layers.last().unwrap().op.clone()
}

/// Statements on an input, and what they give: shape, parameters, mult-adds.
fn table(rows: &[(&str, &str, &str, u64, u64)]) {
    for &(input, statements, shape, parameters, mult_adds) in rows {
        let found = figures(&format!("input {input}; {statements}"));
        assert_eq!(found, (shape.to_owned(), parameters, mult_adds), "{input}: {statements}");
    }
}

/// Sizes and parameters as PyTorch 2.15 gives them (`conv2d`, `ConvTranspose2d`, `numel`); mult-adds
/// by hand: taps times output elements.
#[test]
fn convolutions() {
    table(&[
        ("28x28x1", "conv 3x3, 3;", "26x26x3", 30, 18_252),
        ("28x28x3", "conv 3x3x3x8;", "26x26x8", 224, 146_016),
        ("28x28x4", "conv 3x3x2x8, groups 2;", "26x26x8", 152, 97_344),
        ("15x17x1", "conv 3x5, 1, stride 2x3, dilation 2x1, pad 1x0;", "7x5x1", 16, 525),
        (
            "15x17x1",
            "conv [3, 5], 1, stride [2, 3], dilation [2, 1], pad [1, 0];",
            "7x5x1",
            16,
            525,
        ),
        ("9x9x1", "conv 3x3, 1, dilation 4;", "1x1x1", 10, 9),
        ("5x5x2", "conv 1x1, 2, stride 3;", "2x2x2", 6, 16),
        ("7x7x2", "conv 3x3, 2, stride 2, pad same;", "4x4x2", 38, 576),
        ("8x8x2", "conv 3x3, 2, pad (0, 1, 2, 3);", "7x11x2", 38, 2_772),
        ("8x8x2", "conv 3x3, 2, pad valid;", "6x6x2", 38, 1_296),
        ("8x8x8", "conv 3x3, 24, groups 8, no_bias;", "6x6x24", 216, 7_776),
        ("8x8x8", "dw 3x3;", "6x6x8", 80, 2_592),
        ("8x8x8", "dw 3x3x8, multiplier 3, pad same;", "8x8x24", 240, 13_824),
        ("5x6x8", "deconv 3x3, 12, stride 2, groups 4;", "11x13x12", 228, 6_480),
        ("4x4x2", "deconv 3x3, 4, stride 2, pad 1, output_pad 1;", "8x8x4", 76, 1_152),
        ("5x5x2", "deconv 2x2, 4, stride 3, output_pad 2;", "16x16x4", 36, 800),
        ("5x5x2", "deconv 3x3, 4, stride 2, pad same;", "10x10x4", 76, 1_800),
        ("5x5x2", "deconv 1x1, 4, stride 3, pad same;", "15x15x4", 12, 200),
        ("1x1x64", "dense 10;", "10", 650, 640),
        ("64", "dense 10, no_bias;", "10", 640, 640),
    ]);
}

/// `max_pool2d`, `adaptive_avg_pool2d` and `interpolate` of PyTorch 2.15.
#[test]
fn windows_without_weights() {
    table(&[
        ("112x112x3", "pool max 3x3, stride 2, pad 1;", "56x56x3", 0, 0),
        ("112x112x3", "pool max 3x3, stride 2, pad 1, ceil;", "57x57x3", 0, 0),
        ("13x13x3", "pool max 3x3, stride 2, ceil;", "6x6x3", 0, 0),
        ("3x3x3", "pool avg 2x2, stride 3, pad 1, ceil;", "2x2x3", 0, 0),
        ("5x5x3", "pool max 2x2;", "2x2x3", 0, 0),
        ("5x5x3", "pool max 2x2, pad same;", "3x3x3", 0, 0),
        ("7x9x3", "pool avg global;", "1x1x3", 0, 0),
        ("3x3x2", "pool avg to 5x7;", "5x7x2", 0, 0),
        ("3x5x1", "upsample 2;", "6x10x1", 0, 0),
        ("3x5x1", "upsample 2x1 bilinear;", "6x5x1", 0, 0),
        ("3x5x1", "resize 7x2, bilinear;", "7x2x1", 0, 0),
        ("4x4x8", "depth_to_space 2;", "8x8x2", 0, 0),
        ("4x6x3", "space_to_depth 2;", "2x3x12", 0, 0),
        ("28x28x3", "pad (1, 2, 3, -4);", "31x27x3", 0, 0),
        ("28x28x3", "pad channels (1, 4);", "28x28x8", 0, 0),
        ("16", "pad channels (-1, -4);", "11", 0, 0),
    ]);
}

#[test]
fn channels_and_operands() {
    table(&[
        ("4x4x16", "slice 4..10;", "4x4x6", 0, 0),
        ("4x4x16", "slice 4..;", "4x4x12", 0, 0),
        ("16", "slice ..4;", "4", 0, 0),
        ("4x4x16", "let (a, b) = split 2; concat b, a, b;", "4x4x24", 0, 0),
        ("4x4x16", "let (a, b, c) = split 3, 5, 8; output c, b, a;", "4x4x8 4x4x5 4x4x3", 0, 0),
        ("4x4x16", "shuffle 4;", "4x4x16", 0, 0),
        ("2x3x4", "flatten;", "24", 0, 0),
        ("4x4x16", "let a = last; add a;", "4x4x16", 0, 0),
        ("4x4x16", "mul { pool avg global; };", "4x4x16", 0, 0),
        ("4x4x16", "let g = pool avg global; mul g, last, g;", "4x4x16", 0, 0),
        ("16", "let a = last; mul a;", "16", 0, 0),
        ("16", "let a = dense 4; concat last, a;", "20", 68, 64),
    ]);
}

#[test]
fn bias_is_lost_to_batch_norm_alone() {
    table(&[
        ("8x8x2", "conv 1x1, 4, bn;", "8x8x4", 8 + 8, 512),
        ("8x8x2", "conv 1x1, 4, bn, bias;", "8x8x4", 12 + 8, 512),
        ("8x8x2", "conv 1x1, 4, relu, bn;", "8x8x4", 12 + 8, 512),
        ("8x8x2", "conv 1x1, 4; bn;", "8x8x4", 12 + 8, 512),
        ("8x8x2", "default conv no_bias; conv 1x1, 4; conv 1x1, 4, bias;", "8x8x4", 8 + 20, 1_536),
        ("8x8x2", "dw 1x1, bn no_scale;", "8x8x2", 2 + 2, 128),
        ("8x8x2", "deconv 1x1, 4, bn no_scale no_shift;", "8x8x4", 8, 512),
        ("8", "dense 4, bn;", "4", 36 + 8, 32),
        ("8x8x7", "prelu;", "8x8x7", 7, 0),
    ]);
}

#[test]
fn defaults() {
    let constant = Constant;
    let input = "input 8x8x4;";
    let bn = |eps, momentum| {
        Op::Bn(Bn { eps: constant(eps), momentum: constant(momentum), scale: true, shift: true })
    };
    let window = |stride, pads, ceil, include_pad| {
        let over = PoolOver::Window { kernel: [3, 3], stride, pads, ceil, include_pad };
        Op::Pool(Pool { kind: PoolKind::Average, over })
    };
    let one = Pads { top: 1, bottom: 1, left: 1, right: 1 };
    let lrn = Lrn { size: 5, alpha: constant(1e-4), beta: constant(0.75), k: constant(1.0) };
    let upsample = Resize { to: [16, 16], mode: ResizeMode::Nearest, upsample: true };
    let rows = [
        ("bn;", bn(1e-3, 0.99)),
        ("bn eps 1e-5 momentum 0.9;", bn(1e-5, 0.9)),
        ("leaky_relu;", Op::Activation(Activation::LeakyRelu(constant(0.01)))),
        ("leaky_relu 0.1;", Op::Activation(Activation::LeakyRelu(constant(0.1)))),
        ("elu;", Op::Activation(Activation::Elu(constant(1.0)))),
        ("gelu;", Op::Activation(Activation::Gelu)),
        ("gelu tanh;", Op::Activation(Activation::GeluTanh)),
        ("dropout;", Op::Dropout(Dropout::Elements(constant(0.5)))),
        ("drop_path 0.2;", Op::Dropout(Dropout::Path(constant(0.2)))),
        ("identity;", Op::Dropout(Dropout::Identity)),
        ("lrn;", Op::Lrn(lrn)),
        ("pool avg 3x3;", window([3, 3], Pads::default(), false, false)),
        ("pool avg 3x3, stride 1, pad 1, ceil, include_pad;", window([1, 1], one, true, true)),
        ("upsample 2;", Op::Resize(upsample)),
        ("split 1;", Op::Split(Split { parts: vec![4] })),
    ];
    for (statement, op) in rows {
        assert_eq!(last(&format!("{input} {statement}")), op, "{statement}");
    }
}

/// S6 of the lecture, layer by layer, and its total.
#[test]
fn simple_model_of_the_lecture() {
    let model = "input 28x28x1; conv 3x3, 3, relu; conv 3x3, 3, relu; flatten; dense 10, softmax;";
    let net = network(model).unwrap();
    let rows = net.rows();
    let parameters: Vec<u64> = rows.iter().map(|row| row.parameters).collect();
    let shapes: Vec<String> = rows.iter().map(|row| row.outputs[0].to_string()).collect();
    assert_eq!(parameters, [30, 84, 0, 17_290]);
    assert_eq!(shapes, ["26x26x3", "24x24x3", "1728", "10"]);
    assert_eq!((net.counts().parameters, net.counts().statistics), (17_404, 0));
}

/// S13 of the lecture: 7.9 times fewer multiplications.
#[test]
fn separable_convolution_of_the_lecture() {
    let (_, _, regular) = figures("input 224x224x3; conv 3x3, 64;");
    let (_, _, separable) = figures("input 224x224x3; dw 3x3; conv 1x1, 64;");
    assert_eq!((regular, separable), (85_162_752, 10_793_196));
    assert_eq!(format!("{:.1}", regular as f64 / separable as f64), "7.9");
}

/// Nothing is silently wrong, and nothing takes long: each of these is one report.
#[test]
fn extremes_are_errors() {
    let huge = "9223372036854775807";
    for statement in [
        &format!("conv 3x3, {huge};"),
        &format!("conv {huge}x1, 8;"),
        &format!("conv 3x3, 8, pad {huge};"),
        "conv 3x3, 8, pad 2147483648;",
        "conv 2147483648x2147483648, 8, dilation 2147483648, pad same;",
        "conv 3x3, 2147483648, pad same;",
        "deconv 2147483648x1, 8, stride 2147483648;",
        "deconv 3x3, 8, stride 2147483648, pad same;",
        "dw 3x3, multiplier 2147483648;",
        "pool max 3x3, pad 2147483648;",
        "pool avg to 2147483648x2147483648;",
        "upsample 2147483648;",
        "resize 2147483648x2;",
        "pad (2147483648, 0, 0, 0);",
        "pad channels (2147483648, 2147483648);",
        "split 2147483648;",
        "shuffle 2147483648;",
        "depth_to_space 2147483648;",
        "space_to_depth 2147483648;",
        "slice 2147483648..;",
        "lrn size 2147483649;",
    ] {
        let report = network(&format!("input 8x8x4; {statement}")).unwrap_err();
        assert_eq!(report.matches("error[").count(), 1, "{statement}\n{report}");
    }
}
