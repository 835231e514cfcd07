//! Blocks: parameters, tensors, several results, activations, defaults.

use super::programs::{errors, layers, names, network, output};

#[test]
fn a_lone_activation_is_a_post_operation_and_a_named_one_an_argument() {
    let network = network(
        "block cell(out, act = relu) { conv 1x1, out, act; }
         block outer(act) { cell 4, act; cell 4, act act; }
         model A { input 8x8x4; cell 4, silu; cell 4, act silu; outer act gelu; }",
    );
    assert_eq!(
        names(&network),
        [
            "cell1.conv1",
            "cell1.conv1.relu",
            "cell1.silu",
            "cell2.conv1",
            "cell2.conv1.silu",
            "outer1.cell1.conv1",
            "outer1.cell1.conv1.relu",
            "outer1.cell1.gelu",
            "outer1.cell2.conv1",
            "outer1.cell2.conv1.gelu",
        ]
    );
}

/// MobileNetV3's blocks end without an activation, a head may end in `softmax`.
#[test]
fn a_parameter_may_hold_no_activation_or_softmax() {
    let network = network(
        "block cell(out, act = identity) { conv 1x1, out, bn, act; act; }
         block outer(act) { if act == identity { cell 4; } else { cell 4, act act; } }
         model A(last_act = softmax) {
            input 8x8x4;
            cell 4;
            cell 4, act relu;
            outer act identity;
            outer act last_act;
            top act last_act;
         }
         block top(act) { flatten; dense 3, act; }",
    );
    let kinds = |name: &str| {
        let layer = network.layers.iter().find(|layer| layer.name == name);
        layer.map(|layer| layer.op.kind())
    };
    assert_eq!(kinds("cell1.conv1.identity"), Some("identity"));
    assert_eq!(kinds("cell1.identity1"), Some("identity"));
    assert_eq!(kinds("cell2.conv1.relu"), Some("relu"));
    assert_eq!(kinds("outer1.cell1.conv1.identity"), Some("identity"));
    assert_eq!(kinds("outer2.cell1.conv1.softmax"), Some("softmax"));
    assert_eq!(kinds("top1.dense1.softmax"), Some("softmax"));
    assert_eq!(network.parameters, [("last_act".to_owned(), "softmax".to_owned())]);
}

#[test]
fn words_alone_are_positional_even_where_a_parameter_has_their_name() {
    let network = network(
        "block unit(width, groups, stride = 1) {
            conv 1x1, width, groups groups, stride stride;
         }
         block outer(groups, stride) { unit 8, groups, stride stride; }
         model A { input 8x8x4; outer 2, 2; outer stride 1, groups 4; }",
    );
    let found: Vec<String> =
        layers(&network).into_iter().map(|(n, s)| format!("{n} {s}")).collect();
    assert_eq!(found, ["outer1.unit1.conv1 4x4x8", "outer2.unit1.conv1 4x4x8"]);
    // 4/2 and 8/4 channels a group.
    assert_eq!(network.counts().parameters, (2 * 8 + 8) + (2 * 8 + 8));
}

#[test]
fn tensors_are_given_by_name_or_brace() {
    let network = network(
        "block join(a: tensor, b: tensor, out = channels(a) + channels(b)) {
            concat a, b, last;
            conv 1x1, out;
         }
         model A {
            input 8x8x4;
            let side = conv 1x1, 2;
            join side, { conv 1x1, 3; };
            join b last, a side;
         }",
    );
    assert_eq!(output(&network).to_string(), "8x8x7");
    let concat = network.layers.iter().find(|l| l.name == "join1.concat1").expect("it is there");
    assert_eq!(network.shape(concat.outputs[0]).to_string(), "8x8x9");
}

#[test]
fn several_results_are_taken_apart() {
    let network = network(
        "block halves() {
            let (a, b) = split 2;
            return b, { conv 1x1, 5 from a; };
         }
         model A {
            input 8x8x4;
            let mut (x, y) = halves;
            (y, x) = halves;
            output x, y;
         }",
    );
    let outputs: Vec<String> =
        network.outputs.iter().map(|o| network.shape(o.value).to_string()).collect();
    assert_eq!(outputs, ["8x8x5", "8x8x2"]);
    let names: Vec<Option<&str>> = network.outputs.iter().map(|o| o.name.as_deref()).collect();
    assert_eq!(names, [Some("x"), Some("y")]);
}

#[test]
fn last_in_the_arguments_stays_the_running_tensor() {
    let network = network(
        "block fit(like: tensor) { conv 1x1, (channels(like)); }
         model A {
            input 8x8x4;
            let old = last;
            conv 1x1, 6;
            fit last from old;
         }",
    );
    let fit = network.layers.iter().find(|l| l.name == "fit1.conv1").expect("it is there");
    assert_eq!(network.shape(fit.inputs[0]).to_string(), "8x8x4");
    assert_eq!(network.shape(fit.outputs[0]).to_string(), "8x8x6");
}

#[test]
fn defaults_reach_into_blocks_and_a_statement_wins() {
    let network = network(
        "block cell() { conv 3x3, 4; conv 3x3, 4, bias, pad valid; }
         model A {
            input 8x8x4;
            conv 1x1, 4;
            default conv no_bias, pad same;
            cell;
            default bn eps 0.5;
            conv 1x1, 4, bn momentum 0.9;
         }",
    );
    let shapes: Vec<String> = layers(&network).into_iter().map(|(_, shape)| shape).collect();
    assert_eq!(shapes, ["8x8x4", "8x8x4", "6x6x4", "6x6x4", "6x6x4"]);
    let tensors: Vec<usize> = network.weights.iter().map(|w| w.tensors.len()).collect();
    assert_eq!(tensors, [2, 1, 2, 1, 4]);
    let cnn_dsl::ir::Op::Bn(bn) = &network.layers[4].op else { panic!("the last is bn") };
    assert_eq!((bn.eps.0, bn.momentum.0), (0.5, 0.9));
}

#[test]
fn the_flags_of_a_call_hold_for_its_layers() {
    let network = network(
        "block cell() { conv 1x1, 4; dw 3x3, pad 1; }
         model A {
            input 8x8x4;
            cell no_bias, frozen;
            frozen { conv 1x1, 4; let a = conv 1x1, 4; }
            add a;
            cell unroll full;
         }",
    );
    let frozen: Vec<bool> = network.layers.iter().map(|l| l.frozen).collect();
    assert_eq!(frozen, [true, true, true, true, false, false, false]);
    let unroll: Vec<bool> = network.layers.iter().map(|l| l.unroll).collect();
    assert_eq!(unroll, [false, false, false, false, false, true, true]);
    let tensors: Vec<usize> = network.weights.iter().map(|w| w.tensors.len()).collect();
    assert_eq!(tensors, [1, 1, 2, 2, 2, 2]);
    assert!(network.weights[0].frozen && !network.weights[4].frozen);
}

#[test]
fn a_convolution_loses_its_bias_where_batch_norm_is_first() {
    let network = network(
        "model A {
            input 8x8x4;
            conv 1x1, 4, bn, relu;
            conv 1x1, 4, relu, bn;
            conv 1x1, 4, bias, bn;
            conv 1x1, 4;
            bn;
        }",
    );
    let convs = network.weights.iter().filter(|w| !w.name.contains("bn"));
    let tensors: Vec<usize> = convs.map(|w| w.tensors.len()).collect();
    assert_eq!(tensors, [1, 2, 2, 2]);
}

#[test]
fn a_block_sees_its_parameters_only() {
    let found = errors(
        "block cell(out) { conv 1x1, (out * alpha); add side; }
         model A(alpha = 2) { input 8x8x4; let side = last; cell 4; }",
    );
    assert_eq!(found, ["unknown_name: unknown name `alpha`", "unknown_name: unknown name `side`"]);
}

#[test]
fn a_circle_is_found_in_an_arm_that_is_never_taken() {
    let found = errors(
        "block a() { if false { b; } }
         block b() { relu; c; }
         block c() { a; }
         model A { input 8; relu; }",
    );
    assert_eq!(found, ["recursive_block: `a` calls itself through `b` and `c`"]);
}

#[test]
fn names_in_arms_not_taken_are_checked_and_shapes_are_not() {
    let text = "model A(big = false) {
        input 8x8x4;
        if big { conv 99x99, (4 / 0); pool max global; dense 3; } else { relu; }
        repeat 0 { conv 99x99, 4; }
    }";
    assert_eq!(names(&network(text)), ["relu1"]);
    let wrong = "model A(big = false) {
        input 8x8x4;
        if big { conv 3x3, widht; poool max; }
        relu;
        repeat 0 { conv 3x3, 4, strude 2; }
    }";
    assert_eq!(
        errors(wrong),
        [
            "unknown_name: unknown name `widht`",
            "unknown_layer: unknown layer `poool`",
            "unknown_argument: unknown argument `strude` for `conv`",
        ]
    );
}
