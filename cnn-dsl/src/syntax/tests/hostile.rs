//! Texts that mean to take long, or the stack.

use std::time::{Duration, Instant};

use super::parse;
use crate::syntax::scan::{MAX_BYTES, MAX_DEPTH};

/// Far above the seconds that the slowest text takes without optimisation on a busy machine; a
/// text that takes more than linear time would take hours.
const LIMIT: Duration = Duration::from_secs(120);

fn timed(name: &str, text: &str) -> Result<(), &'static str> {
    let start = Instant::now();
    let result = parse(text).map(drop).map_err(|error| error.code);
    let time = start.elapsed();
    println!("{name}: {time:?} {result:?}");
    assert!(time < LIMIT, "{name} took {time:?}");
    result
}

/// `pattern` again and again, between two texts, so many bytes in all.
fn filled(bytes: usize, before: &str, pattern: &str, after: &str) -> String {
    let room = bytes - before.len() - after.len();
    format!("{before}{}{after}", pattern.repeat(room / pattern.len()))
}

#[test]
fn a_legal_text_is_read_in_linear_time() {
    let filled =
        |before: &str, pattern: &str, after: &str| filled(MAX_BYTES / 10, before, pattern, after);
    let legal = [
        ("layers", filled("model A {", "conv 3x3, 8, stride 2, relu;", "}")),
        ("short layers", filled("model A {", "a;", "}")),
        ("items", filled("model A { a", ",a", "; }")),
        ("atoms", filled("model A { a", " a", "; }")),
        ("ranges", filled("model A { a", ",1..", "; }")),
        ("list", filled("model A { a [1", ",1", "]; }")),
        ("blocks", filled("", "block f(a=1){a;}", "")),
        ("else if", filled("model A { if a {}", "else if a {}", "}")),
        ("comments", filled("model A { a", "/*/**/*/", "; }")),
        ("one comment", filled("model A { a /*", "*", "*/; }")),
        ("line comments", filled("model A { a", "//\n", "; }")),
        ("space", filled("model A { a", " ", "; }")),
        ("documentation", filled("", "///\n", "model A { }")),
        ("text", filled("use \"", "\\\\", "\";")),
        ("raw text", filled("use r##\"", "\"#", "\"##;")),
        ("name", filled("model A {", "a", "; }")),
    ];
    for (name, text) in legal {
        assert_eq!(timed(name, &text), Ok(()), "{name}");
    }
}

#[test]
fn a_hostile_text_is_refused_in_linear_time() {
    let filled =
        |before: &str, pattern: &str, after: &str| filled(MAX_BYTES / 10, before, pattern, after);
    let deep = |open: &str, close: &str, leaf: &str| {
        let depth = MAX_DEPTH - 2;
        let before = format!("model A {{{}", open.repeat(depth));
        filled(&before, leaf, &close.repeat(depth))
    };
    let hostile = [
        ("minus", filled("model A(a=", "-", "1) {}"), "too_deep"),
        ("not", filled("model A(a=", "!", "1) {}"), "too_deep"),
        ("sum", filled("model A(a=1", "+1", ") {}"), "too_deep"),
        ("indices", filled("model A(a=a", "[1]", ") {}"), "too_deep"),
        ("names", filled("model A { (a", ",a", ") + }"), "unexpected_token"),
        ("repeat names", filled("model A { repeat (a", ",a", ") in }"), "unexpected_token"),
        ("models", filled("", "model ", ""), "reserved_word"),
        ("cut text", filled("use \"", "\\\"", ""), "unterminated_text"),
        ("hashes", filled("use r", "#", "\"\";"), "unterminated_text"),
        ("digits", filled("model A(a=", "1", ") {}"), "bad_number"),
        ("shape", filled("model A(a=", "1x", ") {}"), "bad_number"),
        ("points", filled("model A(a=1", "..", ") {}"), "unexpected_token"),
        ("deep atoms", deep("a{", "};", "a "), "missing_semicolon"),
        ("deep values", deep("a [", "];", "(1+1),"), "unexpected_token"),
        ("deep choices", deep("if a {", "} else", "a;"), "unexpected_token"),
        ("open braces and space", filled("model A {", " ", ""), "unclosed_brace"),
        ("not the language", filled("", "lorem ipsum ", ""), "outside_model"),
    ];
    for (name, text, code) in hostile {
        assert_eq!(timed(name, &text), Err(code), "{name}");
    }
}

#[test]
fn a_megabyte_is_read_or_refused_in_seconds() {
    let filled =
        |before: &str, pattern: &str, after: &str| filled(MAX_BYTES, before, pattern, after);
    let line =
        "    conv 3x3, 32, stride 2, pad same, bn, relu6 -> 112x112x32; // halves the image\n";
    let megabytes = [
        ("layers", filled("model A {\n", line, "}"), Ok(())),
        ("comment", filled("model A { a; /*", " *", "*/ }"), Ok(())),
        ("braces", filled("model A", "{", ""), Err("too_deep")),
        ("parentheses", filled("model A(a=", "(", ""), Err("too_deep")),
        ("brackets", filled("model A(a=", "[", ""), Err("too_deep")),
        ("comments", filled("", "/*", ""), Err("too_deep")),
        ("minus", filled("model A(a=", "-", "1) {}"), Err("too_deep")),
    ];
    for (name, text, result) in megabytes {
        assert_eq!(timed(name, &text), result, "{name}");
    }
    assert_eq!(timed("too large", &" ".repeat(MAX_BYTES + 1)), Err("too_large"));
}

/// A thread has 2 MiB of stack unless it was given more, and a build script is not optimised.
#[test]
fn the_deepest_text_fits_a_small_stack() {
    let depth = MAX_DEPTH - 2;
    let layers = format!("model A {{{}a;{}}}", "a{".repeat(depth), "};".repeat(depth));
    let values =
        format!("model A(x = {}1{}) {{}}", "[-f(".repeat(depth / 2), ")]".repeat(depth / 2));
    let choices = format!("model A {{{}a;{}}}", "if a {} else { ".repeat(depth), "}".repeat(depth));
    for text in [layers, values, choices] {
        let thread = std::thread::Builder::new().stack_size(3 << 19);
        let handle = thread.spawn(move || parse(&text).map(drop).map_err(|e| e.code)).unwrap();
        assert_eq!(handle.join().unwrap(), Ok(()));
    }
}
