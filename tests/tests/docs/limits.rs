//! The numbers of the reference's table of limits: a text that just keeps each, and one that does
//! not.

use super::bless::read;
use super::snippets::Page;

/// A row's words, its number as the page prints it, and texts by a number.
struct Limit {
    row: &'static str,
    printed: &'static str,
    limit: u64,
    code: &'static str,
    text: fn(u64) -> String,
}

fn model(body: &str) -> String {
    format!("model A {{ input 4x4x1; relu; {body} }}")
}

/// `item` for every number below `n`.
fn each(n: u64, item: fn(u64) -> String) -> String {
    (0..n).map(item).collect()
}

const LIMITS: [Limit; 12] = [
    Limit {
        row: "bytes of a file",
        printed: "1,000,000",
        limit: 1_000_000,
        code: "too_large",
        text: |n| model(&" ".repeat(n as usize - model("").len())),
    },
    Limit {
        row: "brackets or comments within each other",
        printed: "64",
        limit: 64,
        code: "too_deep",
        // The model's own brace is the first.
        text: |n| {
            model(&format!(
                "const k = {}1{};",
                "(".repeat(n as usize - 1),
                ")".repeat(n as usize - 1)
            ))
        },
    },
    Limit {
        row: "operators of an expression within each other",
        printed: "256",
        limit: 256,
        code: "too_deep",
        text: |n| model(&format!("const k = 1{};", " + 1".repeat(n as usize))),
    },
    Limit {
        row: "parameters of a block or model",
        printed: "256",
        limit: 256,
        code: "too_many_parameters",
        text: |n| {
            format!("block b({}) {{ relu; }} {}", each(n, |i| format!("p{i} = 1, ")), model("b;"))
        },
    },
    Limit {
        row: "parts of a list, those of lists in it included",
        printed: "10,000",
        limit: 10_000,
        code: "list_too_long",
        text: |n| model(&format!("const k = [{}];", "1, ".repeat(n as usize))),
    },
    Limit {
        row: "instances made of each other",
        printed: "64",
        limit: 64,
        code: "instance_circle",
        text: |n| {
            let instances = each(n, |i| format!("model A{} = A{i}(k = 2);", i + 1));
            format!("model A0(k = 1) {{ input 4; dense k; }} {instances}")
        },
    },
    Limit {
        row: "lists of statements within each other, blocks in blocks included",
        printed: "128",
        limit: 128,
        code: "too_deep",
        // The model's own list is the first.
        text: |n| {
            let blocks = each(n - 2, |i| format!("block b{} {{ b{i}; }} ", i + 1));
            format!("block b0 {{ relu; }} {blocks} {}", model(&format!("b{};", n - 2)))
        },
    },
    Limit {
        row: "layers of a model",
        printed: "100,000",
        limit: 100_000,
        code: "too_many_layers",
        text: |n| model(&format!("repeat {} {{ relu; }}", n - 1)),
    },
    Limit {
        row: "statements and turns of a model",
        printed: "1,000,000",
        limit: 1_000_000,
        code: "too_many_steps",
        // `input`, `relu` and `repeat` are statements, too.
        text: |n| model(&format!("repeat {} {{ }}", n - 3)),
    },
    Limit {
        row: "elements of a value or of a layer's weights",
        printed: "2^31",
        limit: 1 << 31,
        code: "too_large",
        text: |n| format!("model A {{ input {n}; relu; }}"),
    },
    Limit {
        row: "parts of `split N`",
        printed: "4,096",
        limit: 4_096,
        code: "out_of_range",
        text: |n| {
            let names = each(n, |i| format!("a{i}, "));
            format!("model A {{ input {n}; let ({names}) = split {n}; relu; }}")
        },
    },
    Limit {
        row: "vector statements of a layer with `unroll full`",
        printed: "8,000",
        limit: 8_000,
        code: "unroll_too_large",
        text: |n| format!("model A {{ input {n}; dense 16, unroll full; }}"),
    },
];

#[test]
fn the_limits_are_those_of_the_page() {
    let page = read("docs/language.md");
    for Limit { row, printed, limit, code, text } in &LIMITS {
        assert!(page.contains(&format!("\n| {row} | {printed} |\n")), "no row `{row}`");
        if let Err(report) = Page::default().check(&text(*limit)) {
            panic!("{row}: {limit} are too many\n{report}");
        }
        let Err(report) = Page::default().check(&text(limit + 1)) else {
            panic!("{row}: {} are allowed", limit + 1)
        };
        assert!(report.starts_with(&format!("error[{code}]")), "{row}\n{report}");
    }
    let rows = page.split_once("| what | at most |").and_then(|(_, rest)| rest.split_once("\n\n"));
    let rows = rows.expect("the table").0.lines().count() - 2;
    assert_eq!(rows, LIMITS.len() + 3, "the tests below hold three more");
}

#[test]
fn a_program_has_256_files() {
    let program = |used: usize| {
        let mut page = Page::default();
        let mut text = model("");
        for i in 0..used {
            page.add(&format!("f{i}.cnn"), "");
            text.insert_str(0, &format!("use \"f{i}.cnn\"; "));
        }
        page.check(&text).map(|_| ())
    };
    assert!(read("docs/language.md").contains("| files of a program | 256 |"));
    assert_eq!(program(255), Ok(()), "the root is a file, too");
    assert!(program(256).is_err_and(|report| report.contains("256 files")));
}

/// Each of the first five takes 900,000 turns; the sixth finds the work done.
#[test]
fn a_compilation_has_4_000_000_steps() {
    let text = |models: u64| {
        let more = (1..models).map(|i| format!("model A{i} = A0(k = {i});")).collect::<String>();
        format!("model A0(k = 0) {{ input 4; relu; repeat 900000 {{ }} }} {more}")
    };
    let row = "| statements, turns and layers of all models of a compilation | 4,000,000 |";
    assert!(read("docs/language.md").contains(row));
    assert!(Page::default().check(&text(5)).is_ok());
    let report = Page::default().check(&text(6)).expect_err("too much");
    assert!(report.starts_with("error[too_many_steps]"), "{report}");
}

/// 2^31 pixels by kernels of 2^30: 2^61 each.
#[test]
fn mult_adds_are_counted_in_63_bits() {
    let text = |layers: u64| {
        format!(
            "model A {{ input 32768x65536x1; repeat {layers} {{ conv 32768x32768, 1, pad same; }} }}"
        )
    };
    assert!(read("docs/language.md").contains("| mult-adds of a model | 2^63 - 1 |"));
    assert!(Page::default().check(&text(3)).is_ok());
    let report = Page::default().check(&text(4)).expect_err("too many");
    assert!(report.starts_with("error[too_large]"), "{report}");
}
