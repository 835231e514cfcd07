//! Sentences of the language reference that no example on the page shows: each with a text that
//! would break it, and the code of the error that this gives.

use super::bless::read;
use super::snippets::Page;

/// A sentence's words, a text, and the code of its error.
type Claim = (&'static str, &'static str, &'static str);

const MODELS: &[Claim] = &[
    ("must be one that Rust takes for a type", "model Self { input 4; relu; }", "reserved_word"),
    ("nothing runs before it", "model A { relu; input 4; dense 2; }", "no_input"),
    ("It needs at least one layer", "model A { input 4; }", "no_layers"),
    (
        "can only be compiled by a door that gives it a value",
        "model A(k) { input 4; dense k; }",
        "missing_parameter",
    ),
    (
        "A value sees no other name",
        "model A(k = 1, n = 2) { input 4; dense (k + n); } model B = A(k = n);",
        "unknown_name",
    ),
    (
        "names of the caller are not visible",
        "block b() { dense n; } model A(n = 2) { input 4; b; }",
        "unknown_name",
    ),
    (
        "it may not stand in a brace that is a tensor",
        "block b() { add { relu; return last; }; } model A { input 4; b; }",
        "misplaced",
    ),
    ("nor in a model", "model A { input 4; relu; return last; }", "misplaced"),
    (
        "not even through others",
        "block b() { c; } block c() { b; } model A { input 4; b; }",
        "recursive_block",
    ),
    (
        "the names in it are checked",
        "block b() { convv 3x3, 8; } model A { input 4; relu; }",
        "unknown_layer",
    ),
    (
        "two blocks of one name are an error",
        "block b() { relu; } block b() { relu; } model A { input 4; b; }",
        "duplicate_block",
    ),
    (
        "It stands in a model, not in a block",
        "block b() { aux x { relu; } } model A { input 4; b; relu; }",
        "misplaced",
    ),
    (
        "Each figure that is above its limit is an error",
        "model A { input 4; dense 2; budget parameters <= 9; }",
        "over_budget",
    ),
];

const NAMES: &[Claim] = &[
    (
        "a layer, an activation, a flag, a built-in layer's argument",
        "model A { input 4; let stride = last; dense 2; }",
        "reserved_name",
    ),
    (
        "a layer, an activation, a flag, unless it is an argument too",
        "model A { input 4; const max = 2; dense 2; }",
        "reserved_name",
    ),
    (
        "Two layers of one name are an error",
        "model A { input 4; dense 2 as x; dense 2 as x; }",
        "name_clash",
    ),
    (
        "A name is bound once in a scope",
        "model A { input 4; let x = last; let x = last; dense 2; }",
        "bound_twice",
    ),
    (
        "Assigning to a name without `mut` is an error",
        "model A { input 4; let x = last; dense 2; x = last; }",
        "not_mutable",
    ),
    (
        "A `let mut` that is read nowhere in its scope is an error",
        "model A { input 4; let mut x = last; dense 2; }",
        "never_read",
    ),
    (
        "In an arm that is not taken names are checked",
        "model A { input 4; dense 2; if false { dens 2; } }",
        "unknown_layer",
    ),
    ("there with an `else`", "model A { input 4; dense (if false { 2 }); }", "no_else"),
];

const STATEMENTS: &[Claim] = &[
    (
        "a range that ends below its beginning is an error",
        "model A { input 4; dense 2; repeat i in 3..1 { relu; } }",
        "reversed_range",
    ),
    (
        "A second budget on a figure is an error",
        "model A { input 4; dense 2; budget arena <= 1kB, arena <= 2kB; }",
        "given_twice",
    ),
    (
        "An argument given twice is an error",
        "model A { input 8x8x3; conv 3x3, 4, stride 2, stride 2; }",
        "given_twice",
    ),
    (
        "and so are flags that undo each other",
        "model A { input 8x8x3; conv 3x3, 4, bias, no_bias; }",
        "contradiction",
    ),
    (
        "at most 8,000 vector statements",
        "model A { input 64x64x3; conv 3x3, 16, unroll full; }",
        "unroll_too_large",
    ),
    (
        "on any other layer it is an error",
        "model A { input 4; relu, unroll full; }",
        "cannot_unroll",
    ),
    ("all but the first need a name", "model A { input 4; input 4; dense 2; }", "unnamed_input"),
    ("likewise; not 0", "model A { input 4, std 0; dense 2; }", "division_by_zero"),
    (
        "`order bgr` needs three channels",
        "model A { input 8x8x4, order bgr; relu; }",
        "channel_order",
    ),
    (
        "A tensor may be one output only",
        "model A { input 4; dense 2; let x = last; output x, last; }",
        "duplicate_output",
    ),
    ("an input is none", "model A { input x: 4; dense 2; output x, last; }", "output_is_input"),
    (
        "Every use must read as many channels as the first",
        "model A { input 4; layer d = dense 2; d; d; }",
        "other_weights",
    ),
    (
        "A block, `add`, `mul` and `concat` cannot be declared",
        "model A { input 4; layer d = add { relu; }; d; }",
        "declared_layer",
    ),
    (
        "A block, `add`, `mul` and `concat` cannot be declared",
        "block b() { relu; } model A { input 4; layer d = b; d; }",
        "declared_layer",
    ),
    (
        "Items are given where it is declared",
        "model A { input 4; layer d = dense 2; d 3; }",
        "surplus_value",
    ),
    (
        "post-operations, `from`, `as` and `->` where it is used",
        "model A { input 4; layer d = dense 2, relu; d; }",
        "declared_layer",
    ),
];

const LAYERS: &[Claim] = &[
    (
        "Where an integer is needed a fraction is refused",
        "model A { input 8x8x3; conv 3x3, 4, stride 1.5; }",
        "not_an_integer",
    ),
    ("an overflow is an error", "model A { input 4; const k = pow(2, 200); dense 2; }", "overflow"),
    (
        "A layer that reads images refuses a vector",
        "model A { input 4; conv 1x1, 2; }",
        "needs_image",
    ),
    (
        "A kernel that is larger than the padded input is an error",
        "model A { input 4x4x1; conv 9x9, 2; }",
        "kernel_too_large",
    ),
    (
        "must divide `C` and `K`",
        "model A { input 4x4x6; conv 1x1, 4, groups 4; }",
        "groups_channels",
    ),
    (
        "must divide `C` and `K`",
        "model A { input 4x4x6; conv 1x1, 4, groups 3; }",
        "groups_filters",
    ),
    (
        "the third number is checked against the incoming channels",
        "model A { input 4x4x6; conv 1x1x5x4; }",
        "filter_channels",
    ),
    (
        "with groups it is a group's channels",
        "model A { input 4x4x6; conv 1x1x6x4, groups 2; }",
        "filter_channels",
    ),
    (
        "less than the stride or the dilation",
        "model A { input 4x4x6; deconv 2x2, 4, stride 2, output_pad 2; }",
        "output_pad_too_large",
    ),
    (
        "not beside `pad same`",
        "model A { input 4x4x6; deconv 2x2, 4, stride 2, pad same, output_pad 1; }",
        "argument_without_effect",
    ),
    ("one of them must be said", "model A { input 4x4x6; pool 2x2; }", "pool_kind_missing"),
    (
        "every window must hold a pixel of the image",
        "model A { input 4x4x6; pool max 2x2, pad 2; }",
        "window_in_padding",
    ),
    ("above 0", "model A { input 4; bn eps 0; dense 2; }", "out_of_range"),
    ("from 0 to below 1", "model A { input 4; dropout 1; dense 2; }", "out_of_range"),
    (
        "It is no post-operation by itself",
        "model A { input 4; dense 2, identity; }",
        "missing_semicolon",
    ),
    (
        "the sum of tensors of equal shape",
        "model A { input 4x4x2; add { conv 1x1, 3; }; }",
        "add_shapes",
    ),
    (
        "height and width are equal",
        "model A { input 4x4x2; concat { pool max 2x2; }; }",
        "concat_sizes",
    ),
    ("which add up", "model A { input 4; let (a, b) = split 2, 3; add a, b; }", "split_sum"),
];

fn holds(claims: &[Claim]) {
    let page = read("docs/language.md").split_whitespace().collect::<Vec<_>>().join(" ");
    for (sentence, text, code) in claims {
        assert!(page.contains(sentence), "the page does not say: {sentence}");
        let report = Page::default().check(text).expect_err(text);
        assert!(report.starts_with(&format!("error[{code}]")), "{text}\n{report}");
    }
}

#[test]
fn the_reference_is_right_about_models() {
    holds(MODELS);
}

#[test]
fn the_reference_is_right_about_names() {
    holds(NAMES);
}

#[test]
fn the_reference_is_right_about_statements() {
    holds(STATEMENTS);
}

#[test]
fn the_reference_is_right_about_layers() {
    holds(LAYERS);
}
