//! How a layer's items are read.

use super::programs::{errors, names, network};

#[test]
fn a_comma_may_be_left_out_beside_a_flag_and_before_to() {
    let network = network(
        "model A {
            input 16x16x4;
            pool max 3x3, stride 1;
            pool avg to 4x4;
            upsample 2 nearest;
            upsample 2, bilinear;
            pool avg global;
        }",
    );
    assert_eq!(names(&network), ["pool1", "pool2", "upsample1", "upsample2", "pool3"]);
    assert_eq!(network.shape(network.layers[3].outputs[0]).to_string(), "16x16x4");
}

#[test]
fn parameters_may_have_the_names_of_arguments() {
    let network = network(
        "block cell(stride = 1, pad = 0) { conv 3x3, 4, stride stride, pad pad; }
         model A(groups = 2, alpha = 1) {
            input 8x8x4;
            cell pad 1, stride 2;
            conv 1x1, 4, groups groups;
         }",
    );
    assert_eq!(network.shape(network.layers[0].outputs[0]).to_string(), "4x4x4");
}

#[test]
fn a_statement_that_runs_into_the_next_misses_its_semicolon() {
    let found = errors(
        "block cell() { relu; }
         model A {
            input 8x8x4;
            conv 3x3, 8 pool max 2x2;
            pool avg global dense 10;
            relu cell;
         }",
    );
    assert_eq!(
        found,
        [
            "missing_semicolon: a `;` is missing before `pool`",
            "missing_semicolon: a `;` is missing before `dense`",
            "missing_semicolon: a `;` is missing before `cell`",
        ]
    );
}

#[test]
fn one_mistake_silences_what_follows_from_it() {
    let found = errors(
        "model A {
            input 8x8x4;
            convv 3x3, 8;
            conv 99x99, 4;
            flatten;
            dense 10 -> 10;
            dense 3 -> 4;
        }",
    );
    assert_eq!(
        found,
        [
            "unknown_layer: unknown layer `convv`",
            "channel_mismatch: `-> 4` was asserted, `dense` gives `3`",
        ]
    );
}
