//! A statement's text on one line, the same whether it came from a file or was rebuilt from a
//! macro's tokens: comments dropped, white space set by rule, braces' contents left out.

use crate::syntax::names::FUNCTIONS;

/// The longest text of a statement, in characters.
const LONGEST: usize = 200;

/// The text of a statement for the emitted documentation; a very long one is cut.
pub(crate) fn statement(text: &str) -> String {
    let text = join(&tokens(text), true);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}

/// The text of an expression for a message, without the parentheses around it.
pub(crate) fn expression(text: &str) -> String {
    let tokens = tokens(text);
    let inner = match tokens.as_slice() {
        ["(", inner @ .., ")"] if encloses(&tokens) => inner,
        all => all,
    };
    join(inner, false)
}

/// Whether the first token's parenthesis is closed by the last.
fn encloses(tokens: &[&str]) -> bool {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate() {
        match *token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1 == tokens.len();
        }
    }
    false
}

/// Words, numbers, strings and marks; comments and white space between them dropped.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if let Some(length) = comment(rest) {
            length
        } else {
            let length = token(rest, first);
            found.push(&rest[..length]);
            length
        };
        rest = &rest[length..];
    }
    found
}

/// The length of the comment that the text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(text.len())
}

/// The length of the token that the text begins with.
fn token(text: &str, first: char) -> usize {
    if first == '"' {
        return string(text);
    }
    if first.is_ascii_digit() {
        return number(text);
    }
    if first.is_alphanumeric() || first == '_' {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '#'));
        return end.unwrap_or(text.len());
    }
    const MARKS: [&str; 8] = ["->", "..", "<=", ">=", "==", "!=", "&&", "||"];
    if MARKS.iter().any(|mark| text.starts_with(mark)) { 2 } else { first.len_utf8() }
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `3`, `3x3x32`, `0.5`, `1e-3`, `5M`; `0..4` begins with the number `0`.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let exponent = matches!(byte, b'+' | b'-')
            && matches!(bytes[at - 1], b'e' | b'E')
            && next.is_ascii_digit();
        let point = byte == b'.' && next.is_ascii_digit() && bytes[at - 1] != b'.';
        if !(byte.is_ascii_alphanumeric() || byte == b'_' || exponent || point) {
            break;
        }
        at += 1;
    }
    at
}

/// Tokens with the spaces that a careful writer puts. Calls, operators and indices stand in
/// parentheses only: there `a - 1` and `xs[i]` are meant, outside `offset -1` and `stride [1, 2]`.
fn join(tokens: &[&str], item: bool) -> String {
    let mut text = String::new();
    let (mut before, mut sign) = ("", false);
    let (mut braces, mut brackets) = (0_usize, usize::from(!item));
    for (index, &token) in tokens.iter().enumerate() {
        if token == "}" {
            braces = braces.saturating_sub(usize::from(item));
        }
        if braces == 0 {
            let outside = brackets == 0;
            let space = match (before, token) {
                (_, "..") => outside && index == 1,
                (_, "," | ";" | ")" | "]") | ("(" | "[" | "..", _) => false,
                (_, "(") => outside || !FUNCTIONS.contains(&before),
                (_, "[") => outside || !(is_word(before) || before.ends_with([')', ']'])),
                _ => true,
            };
            if index > 0 && space && !sign {
                text.push(' ');
            }
            text.push_str(token);
            sign = match token {
                "-" => !(ends_operand(before) && (!outside || !is_word(before))),
                "!" => true,
                _ => false,
            };
            if item && token == "{" {
                text.push_str(" ...");
            }
            before = token;
        }
        match token {
            "{" => braces += usize::from(item),
            "(" | "[" => brackets += 1,
            ")" | "]" => brackets = brackets.saturating_sub(1),
            _ => {}
        }
    }
    text
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Whether a `-` behind this token takes away from it.
fn ends_operand(token: &str) -> bool {
    token.ends_with([')', ']']) || token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{expression, statement};

    #[test]
    fn a_statement_is_one_line() {
        assert_eq!(
            statement("conv 3x3,\n   (32*alpha) /* filters */, stride 2,pad same // tail\n, bn"),
            "conv 3x3, (32 * alpha), stride 2, pad same, bn"
        );
        assert_eq!(
            statement("input [ size,size,3 ], u8, scale (1/127.5), offset -1"),
            "input [size, size, 3], u8, scale (1 / 127.5), offset -1"
        );
        assert_eq!(statement("add { conv 3x3, 8; bn; }, s -> 3x3x8"), "add { ... }, s -> 3x3x8");
        assert_eq!(statement("slice 0 .. (len(xs)-1)"), "slice 0..(len(xs) - 1)");
    }

    #[test]
    fn an_expression_loses_its_parentheses() {
        assert_eq!(expression("(32 * alpha)"), "32 * alpha");
        assert_eq!(expression("(a) / (b)"), "(a) / (b)");
        assert_eq!(expression("( pow( 2,stage ) )"), "pow(2, stage)");
        assert_eq!(expression("1e-3"), "1e-3");
    }
}
