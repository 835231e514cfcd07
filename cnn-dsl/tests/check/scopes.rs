//! Names and where they are known: `let`, rebinding, loops, braces.

use super::programs::{errors, layers, names, network, output};

#[test]
fn let_does_not_move_last_and_braces_start_from_before() {
    let network = network(
        "model A {
            input 8x8x4;
            let side = conv 1x1, 6;
            let both = { conv 1x1, 2; concat side; };
            conv 1x1, 3;
            concat both, { conv 1x1, 5; }, last, side;
        }",
    );
    // 8 + 5 + 3 + 6
    assert_eq!(output(&network).to_string(), "8x8x22");
    let shapes: Vec<String> = layers(&network).into_iter().map(|(_, s)| s).collect();
    assert_eq!(shapes, ["8x8x6", "8x8x2", "8x8x8", "8x8x3", "8x8x5", "8x8x22"]);
}

#[test]
fn rebinding_is_carried_through_repeat() {
    let network = network(
        "model A {
            input 8x8x1;
            let mut prev = last;
            repeat i in 0..4 {
                let cur = last;
                concat prev;
                prev = cur;
            }
        }",
    );
    // channels 1, 1: 2, 3, 5, 8
    assert_eq!(output(&network).to_string(), "8x8x8");
}

#[test]
fn an_inner_scope_may_use_a_name_anew() {
    let text = "model A {
        input 8x8x4;
        let a = conv 1x1, 5;
        repeat 2 { let a = conv 1x1, 4; add a; }
        concat a;
    }";
    assert_eq!(output(&network(text)).to_string(), "8x8x9");
}

#[test]
fn if_without_else_is_last() {
    let text = "model A(big = false) {
        input 8x8x4;
        let s = if big { conv 1x1, 9; };
        conv 1x1, 4;
        add s;
    }";
    assert_eq!(names(&network(text)), ["conv1", "add1"]);
}

#[test]
fn the_first_condition_that_holds_decides() {
    let text = "model A(n = 2) {
        input 8x8x4;
        if n == 1 { conv 1x1, 1; } else if n == 2 { conv 1x1, 2; } else if n > 1 { conv 1x1, 3; } else { relu; }
        conv 1x1, (if n < 2 { 5 } else if n < 3 { 6 } else { 7 });
    }";
    let shapes: Vec<String> = layers(&network(text)).into_iter().map(|(_, s)| s).collect();
    assert_eq!(shapes, ["8x8x2", "8x8x6"]);
}

#[test]
fn a_mutable_name_must_be_read_and_a_plain_one_need_not() {
    let text = "model A {
        input 8x8x4;
        let unread = last;
        let mut side = last;
        repeat 2 { let side = conv 1x1, 4; add side; }
    }";
    assert_eq!(errors(text), ["never_read: `side` is bound by `let mut` and never read"]);
    let text = "model A {
        input 8x8x4;
        let mut side = conv 1x1, 4;
        side = conv 1x1, 4;
        add side;
    }";
    assert_eq!(errors(text), [""; 0]);
}

#[test]
fn inputs_and_outputs_have_names() {
    let network = network(
        "model A {
            input image: 8x8x3, u8, mean [1, 2, 3], std 2, order bgr;
            input meta: 1x1x8;
            conv 1x1, 8;
            mul meta;
            let small = pool avg global;
            output small, last;
        }",
    );
    let inputs: Vec<Option<&str>> = network.inputs.iter().map(|i| i.name.as_deref()).collect();
    assert_eq!(inputs, [Some("image"), Some("meta")]);
    let preprocess = &network.inputs[0].preprocess;
    assert!(preprocess.bgr && preprocess.bytes);
    let scale: Vec<f32> = preprocess.scale.iter().map(|c| c.0).collect();
    let offset: Vec<f32> = preprocess.offset.iter().map(|c| c.0).collect();
    assert_eq!((scale, offset), (vec![0.5; 3], vec![-0.5, -1.0, -1.5]));
    assert!(network.inputs[1].preprocess.scale.is_empty());
    let outputs: Vec<Option<&str>> = network.outputs.iter().map(|o| o.name.as_deref()).collect();
    assert_eq!(outputs, [Some("small"), None]);
}

#[test]
fn preprocessing_is_folded_exactly() {
    let network =
        network("model A { input 8x8x1, scale (1/255), mean 0.1307, std 0.3081; conv 3x3, 2; }");
    let preprocess = &network.inputs[0].preprocess;
    // 1 / (255 * 0.3081) and -0.1307 / 0.3081, rounded once.
    assert_eq!(preprocess.scale[0].0, (1.0 / 78.5655_f64) as f32);
    assert_eq!(preprocess.offset[0].0, (-0.1307 / 0.3081_f64) as f32);
    assert!(!preprocess.bytes);
}

#[test]
fn an_auxiliary_head_is_checked_and_kept_out() {
    let text = "model A {
        input 8x8x4;
        conv 1x1, 4;
        aux head { pool avg global; conv 1x1, 10; dense 3; }
        conv 1x1, 2;
    }";
    let network = network(text);
    assert_eq!(names(&network), ["conv1", "conv2"]);
    assert_eq!(network.counts().parameters, 20 + 10);
    let tensors: Vec<&str> = network.aux[0].tensors.iter().map(|t| t.layer.as_ref()).collect();
    assert_eq!(tensors, ["head.conv1", "head.conv1", "head.dense1", "head.dense1"]);
    assert_eq!(network.aux[0].name, "head");
    let wrong = text.replace("dense 3", "conv 9x9, 3");
    assert_eq!(errors(&wrong).len(), 1);
}

#[test]
fn dense_knows_the_image_that_was_flattened() {
    let network =
        network("model A { input 7x7x4; flatten; dropout 0.5; dense 10, relu; dense 3; }");
    let flattened: Vec<_> = network
        .layers
        .iter()
        .filter_map(|l| match &l.op {
            cnn_dsl::ir::Op::Dense(dense) => Some(dense.flattened),
            _ => None,
        })
        .collect();
    assert_eq!(flattened, [Some([7, 7, 4]), None]);
}

#[test]
fn const_takes_tuples_lists_and_shapes_apart() {
    let text = "model A(stages = [(3, 16, relu), [1, 24, silu]]) {
        input 8x8x4;
        repeat i in 0..len(stages) {
            const (k, c, act) = stages[i];
            conv [k, k], c, act;
        }
        const (h, w,) = 2x3;
        pool max [h, w], stride 1;
        const (whole) = stages[1];
        conv 1x1, (whole[1] + h * w);
    }";
    let shapes: Vec<String> = layers(&network(text)).into_iter().map(|(_, s)| s).collect();
    assert_eq!(shapes, ["6x6x16", "6x6x16", "6x6x24", "6x6x24", "5x4x24", "5x4x30"]);
}

#[test]
fn const_of_other_counts_and_kinds_is_an_error() {
    let model = |binding: &str| format!("model A {{ input 8x8x4; {binding} conv 1x1, b; }}");
    assert_eq!(errors(&model("const (a, b) = (1, 2);")), [""; 0]);
    assert_eq!(errors(&model("const (a, b) = (1, 2, 3);")), ["const_names: 2 names for 3 values"]);
    assert_eq!(errors(&model("const (a, b, c) = 3x3;")), ["const_names: 3 names for 2 values"]);
    assert_eq!(
        errors(&model("const (a, b) = 0..2;")),
        ["wrong_type: a tuple or a list is needed, `0..2` is a range"]
    );
    assert_eq!(
        errors(&model("const (b, b) = (1, 2);")),
        ["bound_twice: `b` is bound twice in one scope"]
    );
    assert_eq!(
        errors(&model("const (relu, b) = (1, 2);")),
        ["reserved_name: `relu` is the name of a layer"]
    );
    assert_eq!(
        errors(&model("if false { const (a, b) = nothing; conv 1x1, a; } const b = 1;")),
        ["unknown_name: unknown name `nothing`"]
    );
}
