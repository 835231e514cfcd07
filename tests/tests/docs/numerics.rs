//! What the page about numerics claims: its tests exist, its constants are the code's, and the bits
//! that it promises on every machine are those of the machine that runs this.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cnn_runtime::math;

use super::bless::{read, repository};
use super::snippets::hold;

cnn_runtime::cnn! {
    model Small {
        input 9x9x2;
        conv 3x3, 20, bn, silu;
        dw 3x3, tanh;
        pool avg global;
        dense 4, softmax;
    }
}

#[test]
fn the_page_has_no_snippets() {
    assert_eq!(hold("numerics.md", &[]), 0);
}

/// The names behind `Held by`, up to the end of the paragraph.
fn named(page: &str) -> Vec<&str> {
    let paragraphs = page.split("\n\n").filter_map(|p| p.strip_prefix("Held by "));
    paragraphs.flat_map(|p| p.split('`').skip(1).step_by(2)).collect()
}

/// The functions of every Rust file below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file").replace("\r\n", "\n");
            let tests = text.split("#[test]\n").skip(1);
            let names =
                tests.filter_map(|t| Some(t.trim_start().strip_prefix("fn ")?.split_once('(')?.0));
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut found = BTreeSet::new();
    for folder in [
        "cnn-dsl",
        "cnn-weights/src",
        "cnn-weights/tests",
        "cnn-runtime/src",
        "tests/tests",
        "tests/generated",
    ] {
        functions(&repository(folder), &mut found);
    }
    let page = read("docs/numerics.md");
    let named = named(&page);
    assert!(named.len() > 25, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !found.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_errors_of_functions_are_the_constants() {
    let page = read("docs/numerics.md");
    for (constant, name) in [
        (math::EXP_RELATIVE_ERROR, "EXP_RELATIVE_ERROR"),
        (math::SIGMOID_ABSOLUTE_ERROR, "SIGMOID_ABSOLUTE_ERROR"),
        (math::TANH_RELATIVE_ERROR, "TANH_RELATIVE_ERROR"),
        (math::GATED_ERROR, "GATED_ERROR"),
        (math::SOFTPLUS_ERROR, "SOFTPLUS_ERROR"),
    ] {
        let row = page.lines().find(|line| line.contains(&format!("`{name}`"))).expect("a row");
        assert!(row.contains(&format!("| {constant:e} |")), "{row}: {constant:e}");
    }
}

/// Made on x86-64; the numbers themselves are held elsewhere, here it is their last bit.
#[test]
fn every_machine_gives_these_bits() {
    let image =
        std::array::from_fn(|y| std::array::from_fn(|x| [y as f32 / 9.0 - 0.5, x as f32 / 7.0]));
    let bits = Small::init(5).predict(&image).map(f32::to_bits);
    assert_eq!(bits, [0x3e88_6245, 0x3e78_c677, 0x3e6c_b18a, 0x3e84_e1b9]);
}

/// FNV-1a over the bits of a function's results on every 9973rd finite `f32`.
fn hash(function: fn(f32) -> f32) -> u64 {
    let floats = (0..=u32::MAX).step_by(9973).map(f32::from_bits).filter(|x| x.is_finite());
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in floats.flat_map(|x| function(x).to_bits().to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[test]
fn every_machine_computes_these_functions() {
    type Function = fn(f32) -> f32;
    let functions: [(&str, Function, u64); 9] = [
        ("exp", math::exp, 0xb55a_a24a_59ee_7218),
        ("sigmoid", math::sigmoid, 0x9ab0_38a0_b9ab_a9ef),
        ("tanh", math::tanh, 0xf573_ea3f_f6cb_e1ff),
        ("silu", math::silu, 0x9071_a26c_610f_d1ed),
        ("gelu", math::gelu, 0x02e5_9f4f_711f_b942),
        ("gelu_tanh", math::gelu_tanh, 0xbc47_6cf4_5788_8bef),
        ("mish", math::mish, 0xc260_a001_c1cf_8696),
        ("softplus", math::softplus, 0xf16b_0a20_b071_0eec),
        ("elu", |x| math::elu(x, 1.0), 0x0457_550a_9942_8ec8),
    ];
    let found: Vec<_> = functions.iter().map(|(name, f, _)| (*name, hash(*f))).collect();
    let expected: Vec<_> = functions.iter().map(|(name, _, hash)| (*name, *hash)).collect();
    assert_eq!(found, expected);
}
