//! Names of models in a text that may not parse: a stub of each keeps one syntax error from
//! becoming fifty others in the user's code.

use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{Ident, Visibility};
use crate::syntax::scan::{Token, TokenKind, scan};

/// Every `model NAME`, in text order, whatever stands around it.
pub fn model_names(sources: &Sources, file: FileId) -> Vec<(Visibility, Ident)> {
    let text = &sources.file(file).text;
    let tokens: Vec<Token> =
        scan(text, file).tokens.into_iter().filter(|t| t.kind != TokenKind::Doc).collect();
    let word = |token: &Token| &text[token.start as usize..token.end as usize];
    let mut names = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let name = word(&pair[1]);
        let free = pair[1].kind == TokenKind::Word && !is_reserved(name) && is_type_name(name);
        if word(&pair[0]) != "model" || !free {
            continue;
        }
        let before: Vec<&str> = tokens[at.saturating_sub(4)..at].iter().map(word).collect();
        let visibility = match before[..] {
            [.., "pub"] => Visibility::Public,
            ["pub", "(", "crate", ")"] => Visibility::Crate,
            _ => Visibility::Default,
        };
        let span = Span { file, start: pair[1].start, end: pair[1].end };
        names.push((visibility, Ident { name: name.to_owned(), span }));
    }
    names
}

/// Whether Rust takes the name for a type: a model becomes one. Rust's keywords (The Rust Reference,
/// edition 2024) need an `r#` before them, and a few words cannot be names at all.
pub(crate) fn is_type_name(name: &str) -> bool {
    const NEVER: [&str; 5] = ["self", "Self", "super", "crate", "_"];
    const KEYWORDS: [&str; 48] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
        "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
        "unsized", "use", "virtual", "where", "while", "yield",
    ];
    match name.strip_prefix("r#") {
        Some(raw) => !NEVER.contains(&raw),
        None => !NEVER.contains(&name) && !KEYWORDS.contains(&name),
    }
}

/// The functions of expressions: to the grammar they are names.
pub(crate) const FUNCTIONS: [&str; 13] = [
    "floor", "ceil", "round", "abs", "min", "max", "pow", "sum", "len", "round_to", "height",
    "width", "channels",
];

/// Words that are keywords everywhere; the rule `reserved` lists the same.
pub(super) const RESERVED: [&str; 19] = [
    "pub", "use", "model", "block", "let", "mut", "const", "if", "else", "repeat", "in", "from",
    "as", "last", "return", "default", "layer", "true", "false",
];

/// Whether a word is a keyword everywhere.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}
