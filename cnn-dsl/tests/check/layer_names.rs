//! The names of layers, as the language reference gives them.

use super::programs::{names, network};

#[test]
fn kinds_are_counted_and_post_operations_stand_under_their_layer() {
    let network = network(
        "model A {
            input 16x16x4;
            conv 3x3, 8, bn, relu;
            bn, relu;
            dw 3x3, relu6, bn, relu6;
            conv 1x1, 4 as head;
            conv 1x1, 4, leaky_relu 0.1;
        }",
    );
    assert_eq!(
        names(&network),
        [
            "conv1",
            "conv1.bn",
            "conv1.relu",
            "bn1",
            "bn1.relu",
            "dw1",
            "dw1.relu6",
            "dw1.bn",
            "dw1.relu62",
            "head",
            "conv3",
            "conv3.leaky_relu",
        ]
    );
    let tensors: Vec<String> =
        network.tensors().map(|t| format!("{} {:?}", t.layer, t.role)).collect();
    assert_eq!(tensors[1], "conv1.bn Gamma");
    assert_eq!(tensors[5], "bn1 Gamma");
}

#[test]
fn a_block_call_pushes_a_level_and_braces_do_not() {
    let network = network(
        "block cell(out) { conv 1x1, out; add { conv 1x1, out; }; }
         model A {
            input 8x8x4;
            repeat 2 { cell 4; }
            cell 4 as tail;
            if true { conv 1x1, 4; }
            add { conv 1x1, 4; add { conv 1x1, 4; }; };
            cell 4, relu;
         }",
    );
    assert_eq!(
        names(&network),
        [
            "cell1.conv1",
            "cell1.conv2",
            "cell1.add1",
            "cell2.conv1",
            "cell2.conv2",
            "cell2.add1",
            "tail.conv1",
            "tail.conv2",
            "tail.add1",
            "conv1",
            "conv2",
            "conv3",
            "add2",
            "add1",
            "cell4.conv1",
            "cell4.conv2",
            "cell4.add1",
            "cell4.relu",
        ]
    );
}

#[test]
fn a_name_in_a_scope_that_runs_more_than_once_is_numbered() {
    let network = network(
        "model A {
            input 8x8x4;
            repeat 2 { repeat 2 { conv 1x1, 4 as c; } }
            repeat 1 { conv 1x1, 4 as single; }
        }",
    );
    assert_eq!(names(&network), ["c1", "c2", "c3", "c4", "single"]);
}

#[test]
fn shared_weights_stand_under_their_declaration() {
    let network = network(
        "model A {
            input 8x8x4;
            layer c1 = conv 3x3, 4, pad same;
            c1, bn, relu;
            c1, bn, relu;
            conv 1x1, 4;
        }",
    );
    assert_eq!(
        names(&network),
        ["c1", "c1.bn", "c1.relu", "c1_2", "c1_2.bn", "c1_2.relu", "conv1"]
    );
    let weights: Vec<&str> = network.weights.iter().map(|w| w.name.as_str()).collect();
    assert_eq!(weights, ["c1", "c1.bn", "c1_2.bn", "conv1"]);
    // 3*3*4*4 + 4 once, two batch norms of 8, 4*4 + 4; the 3x3 twice in mult-adds.
    let counts = network.counts();
    assert_eq!(counts.parameters, 148 + 16 + 20);
    assert_eq!(counts.mult_adds, 2 * 64 * 144 + 64 * 16);
    assert_eq!(network.layers.iter().filter(|l| l.shared_again).count(), 1);
}

#[test]
fn the_statement_is_kept_as_one_line_of_text() {
    let network = network(
        "model A {
            input 8x8x4;
            /// Pointwise.
            conv 1x1 /* one */ ,
                 ( 2*2 ), // four
                 relu;
            add { conv 1x1, 4; }, relu;
        }",
    );
    assert_eq!(network.layers[0].text, "conv 1x1, (2 * 2), relu");
    assert_eq!(network.layers[0].docs, [" Pointwise."]);
    assert!(network.layers[1].docs.is_empty());
    assert_eq!(network.layers[3].text, "add { ... }, relu");
}
