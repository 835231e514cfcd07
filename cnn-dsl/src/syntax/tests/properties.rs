//! What holds for any text.

use proptest::prelude::*;

use super::{EXAMPLES, parse, sources, spans, without_spans};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources, Span};
use crate::syntax::scan::{TokenKind, scan};
use crate::syntax::{self, model_names};

/// Words and marks of the language, and some that are not.
const VOCABULARY: [&str; 64] = [
    "model", "block", "use", "pub", "(crate)", "let", "mut", "const", "if", "else", "repeat", "in",
    "from", "as", "last", "return", "default", "layer", "true", "false", "input", "output", "aux",
    "weights", "rename", "budget", "train", "winograd", "tensor", "frozen", "conv", "x", "é", "3",
    "3x3", "0.5", "1e-3", "5M", "\"s\"", "r#\"s\"#", "r#a", "{", "}", "(", ")", "[", "]", ";", ",",
    ":", "=", "==", "->", "..", "-", "+", "<=", "&&", "!", "///d\n", "/*c*/", "//!i\n", "×", "\"",
];

fn check_place(sources: &Sources, span: Span) -> Result<(), TestCaseError> {
    let text = &sources.file(span.file).text;
    let (start, end) = (span.start as usize, span.end as usize);
    prop_assert!(start <= end && end <= text.len());
    prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
    Ok(())
}

fn check_error(sources: &Sources, error: &Diagnostic) -> Result<(), TestCaseError> {
    for span in spans(error) {
        check_place(sources, span)?;
    }
    let first = error.message.chars().next();
    prop_assert!(first.is_some_and(|c| !c.is_uppercase()) && !error.message.ends_with('.'));
    #[cfg(feature = "render")]
    prop_assert!(crate::diagnostic::render(error, sources).starts_with("error["));
    Ok(())
}

/// Every place that a tree names, read from its debug form.
fn places(tree: &impl std::fmt::Debug) -> Vec<Span> {
    let tree = format!("{tree:?}");
    let number = |text: &str, key: &str| {
        let digits = text.split_once(key)?.1;
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let parts = tree.split("Span { file: FileId(0), ").skip(1);
    parts
        .filter_map(|part| {
            let (start, end) = (number(part, "start: ")?, number(part, "end: ")?);
            Some(Span { file: FileId(0), start, end })
        })
        .collect()
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let (sources, id) = sources(text);
    match syntax::parse(&sources, id) {
        Ok(tree) => {
            for span in places(&tree) {
                check_place(&sources, span)?;
            }
        }
        Err(error) => check_error(&sources, &error)?,
    }
    if let Err(error) = syntax::expression(&sources, id) {
        check_error(&sources, &error)?;
    }
    for (_, name) in model_names(&sources, id) {
        prop_assert_eq!(sources.text(name.span), name.name);
    }
    Ok(())
}

/// The text with every token followed by what `gap` gives, its comments gone.
fn respaced(text: &str, mut gap: impl FnMut() -> &'static str) -> String {
    let tokens = scan(text, FileId(0)).tokens;
    let mut spaced = String::new();
    for token in tokens {
        spaced.push_str(&text[token.start as usize..token.end as usize]);
        spaced.push_str(if token.kind == TokenKind::Doc { "\n" } else { gap() });
    }
    spaced
}

#[test]
fn a_token_a_line_gives_the_same_tree() {
    for text in EXAMPLES {
        let tree = without_spans(&parse(text).unwrap());
        for gap in [" ", "\n", "\r\n\t", " // comment\n", " /* a /* b */ */"] {
            let other = parse(&respaced(text, || gap)).unwrap();
            assert_eq!(without_spans(&other), tree, "{gap:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(prop::sample::select(&VOCABULARY[..]), 0..60)) {
        check(&words.join(" "))?;
        check(&format!("model A {{ {} }}", words.join("")))?;
    }

    #[test]
    fn a_damaged_example_is_read_or_refused(
        example in prop::sample::select(&EXAMPLES[..]),
        from in any::<prop::sample::Index>(),
        length in 0_usize..40,
        insert in prop::sample::select(&VOCABULARY[..]),
    ) {
        let characters: Vec<char> = example.chars().collect();
        let from = from.index(characters.len());
        let to = (from + length).min(characters.len());
        let mut text: String = characters[..from].iter().collect();
        text.push_str(insert);
        text.extend(&characters[to..]);
        check(&text)?;
    }

    #[test]
    fn any_gaps_give_the_same_tree(
        example in prop::sample::select(&EXAMPLES[..]),
        gaps in prop::collection::vec(prop::sample::select(&[" ", "\n", "\r\n", "\u{b}", " /**/", " //\n"][..]), 1..50),
    ) {
        let mut next = gaps.iter().cycle();
        let spaced = respaced(example, || next.next().copied().unwrap_or(" "));
        prop_assert_eq!(without_spans(&parse(&spaced).unwrap()), without_spans(&parse(example).unwrap()));
    }
}
