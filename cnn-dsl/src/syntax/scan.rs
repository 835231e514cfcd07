//! A quick look at a text before the parser runs. In: a text. Out: its tokens, and what is wrong
//! below the level of grammar: size, nesting, characters, strings, comments, numbers, brackets.
//!
//! It bounds the parser's time and stack, and its tokens let an error point at the token found and
//! behind the one before it. It never fails: tokens are there for every text.

use pest::unicode::{PATTERN_WHITE_SPACE, XID_CONTINUE, XID_START};

use crate::source::{FileId, MAX_TEXT_BYTES, Span};
use crate::syntax::error::SyntaxError;
use crate::syntax::literal::{self, NumberError};

/// No text may be longer, in bytes.
pub(super) const MAX_BYTES: usize = MAX_TEXT_BYTES;
/// No bracket and no comment may be nested deeper.
pub(super) const MAX_DEPTH: usize = 64;
/// Rust's limit of `#` in front of a raw string.
const MAX_HASHES: usize = 255;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or name, `r#` included.
    Word,
    /// Begins with a digit.
    Number,
    /// A string.
    Text,
    /// `///`, `//!`, `/** */`, `/*! */`.
    Doc,
    /// Everything else.
    Mark,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

/// What the scanner found.
#[derive(Debug)]
pub(super) struct Scan {
    /// All tokens in order.
    pub tokens: Vec<Token>,
    /// The first error that the parser must not see.
    pub error: Option<SyntaxError>,
    /// The first error of brackets; the parser may have met a plainer one before it.
    pub brackets: Option<SyntaxError>,
}

/// Looks at one text.
pub(super) fn scan(text: &str, file: FileId) -> Scan {
    let mut scanner = Scanner {
        text,
        file,
        at: 0,
        open: Vec::new(),
        scan: Scan { tokens: Vec::new(), error: None, brackets: None },
    };
    if text.len() > MAX_BYTES {
        let at = Span { file, start: 0, end: 0 };
        scanner.scan.error = Some(SyntaxError::TooLarge { at, bytes: text.len() });
        return scanner.scan;
    }
    while scanner.at < text.len() {
        scanner.next();
    }
    if let Some(&open) = scanner.open.last() {
        scanner.scan.brackets.get_or_insert(SyntaxError::UnclosedBrace { open, found: None });
    }
    scanner.scan
}

struct Scanner<'t> {
    text: &'t str,
    file: FileId,
    at: usize,
    /// Brackets that wait for their end.
    open: Vec<Span>,
    scan: Scan,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |n| u32::try_from(n).expect("a text is shorter than MAX_BYTES");
        Span { file: self.file, start: offset(start), end: offset(end) }
    }

    fn error(&mut self, error: SyntaxError) {
        self.scan.error.get_or_insert(error);
    }

    /// Takes `length` bytes as a token.
    fn token(&mut self, kind: TokenKind, length: usize) -> Span {
        let span = self.span(self.at, self.at + length);
        self.scan.tokens.push(Token { kind, start: span.start, end: span.end });
        self.at += length;
        span
    }

    fn next(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        match first {
            c if PATTERN_WHITE_SPACE(c) => self.at += c.len_utf8(),
            '/' if rest.starts_with("//") => self.line_comment(),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '0'..='9' => self.number(),
            '"' => self.string(0),
            'r' if raw_string(rest).is_some() => self.string(raw_string(rest).unwrap_or(0)),
            c if c == '_' || XID_START(c) => self.word(),
            '{' | '(' | '[' => self.open(),
            '}' | ')' | ']' => self.close(),
            c => self.mark(c),
        }
    }

    fn line_comment(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let outer = line.starts_with("///") && !line.starts_with("////");
        let length = line.len();
        if outer || line.starts_with("//!") {
            self.token(TokenKind::Doc, length);
        } else {
            self.at += length;
        }
    }

    fn block_comment(&mut self) {
        let rest = self.rest();
        let (mut depth, mut length) = (0, 0);
        let doc = rest.starts_with("/*!")
            || rest.starts_with("/**") && !rest.starts_with("/***") && !rest.starts_with("/**/");
        loop {
            let tail = &rest.as_bytes()[length..];
            if tail.starts_with(b"/*") {
                depth += 1;
                length += 2;
            } else if tail.starts_with(b"*/") {
                depth -= 1;
                length += 2;
            } else if tail.is_empty() {
                let open = self.span(self.at, self.at + 2);
                self.error(SyntaxError::UnterminatedComment { open });
                break;
            } else {
                length += 1;
            }
            if depth > MAX_DEPTH {
                let at = self.span(self.at + length - 2, self.at + length);
                self.error(SyntaxError::TooDeep { at });
            }
            if depth == 0 {
                break;
            }
        }
        if doc {
            self.token(TokenKind::Doc, length);
        } else {
            self.at += length;
        }
    }

    fn number(&mut self) {
        let length = number_length(self.rest());
        let checked = literal::number(&self.rest()[..length]);
        let split = self.split_shape();
        let at = self.token(TokenKind::Number, length);
        if let Err(why) = checked {
            self.error(SyntaxError::BadNumber { at, why });
        } else if let Some(start) = split {
            self.error(SyntaxError::SplitShape { at: Span { start, ..at } });
        }
    }

    /// Whether the number that comes now is the end of `3 x 3` or `3x3 x 32`: where that begins.
    fn split_shape(&self) -> Option<u32> {
        let [.., number, x] = self.scan.tokens[..] else { return None };
        let is_x = &self.text[x.start as usize..x.end as usize] == "x";
        (number.kind == TokenKind::Number && is_x).then_some(number.start)
    }

    /// A string; `hashes` of a raw one are counted from 1, 0 is a plain one.
    fn string(&mut self, hashes: usize) {
        let rest = self.rest();
        let end = match hashes.checked_sub(1) {
            None => plain_string_end(rest),
            Some(n) => {
                let close = format!("\"{}", "#".repeat(n));
                rest[n + 2..].find(&close).map(|found| n + 2 + found + close.len())
            }
        };
        let Some(length) = end else {
            let open = self.span(self.at, self.at + hashes.max(1) + usize::from(hashes > 0));
            self.error(SyntaxError::UnterminatedText { open });
            let length = rest.len();
            self.token(TokenKind::Text, length);
            return;
        };
        let checked = literal::string(&rest[..length]);
        let at = self.token(TokenKind::Text, length);
        if let Err((start, end)) = checked {
            let start = at.start as usize + start;
            let at = self.span(start, at.start as usize + end);
            self.error(SyntaxError::BadEscape { at });
        }
        if hashes > MAX_HASHES {
            self.error(SyntaxError::TooDeep { at });
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let raw = rest.strip_prefix("r#").filter(|r| r.starts_with(|c| c == '_' || XID_START(c)));
        let prefix = if raw.is_some() { 2 } else { 0 };
        let length =
            prefix + rest[prefix..].find(|c| !XID_CONTINUE(c)).unwrap_or(rest.len() - prefix);
        self.token(TokenKind::Word, length);
    }

    fn open(&mut self) {
        let at = self.token(TokenKind::Mark, 1);
        self.open.push(at);
        if self.open.len() > MAX_DEPTH {
            self.error(SyntaxError::TooDeep { at });
        }
    }

    fn close(&mut self) {
        let at = self.token(TokenKind::Mark, 1);
        let close = self.text.as_bytes()[at.start as usize];
        let wrong = match self.open.pop() {
            None => SyntaxError::UnopenedBrace { at },
            Some(open) => match (self.text.as_bytes()[open.start as usize], close) {
                (b'{', b'}') | (b'(', b')') | (b'[', b']') => return,
                _ => SyntaxError::UnclosedBrace { open, found: Some(at) },
            },
        };
        self.scan.brackets.get_or_insert(wrong);
    }

    /// A point that is no part of a number although it touches one: `1.`, `.5`.
    fn point(&mut self, at: Span) {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let end = self.at + digits;
        let before = self.scan.tokens.iter().rev().nth(1);
        let start = before.filter(|t| t.kind == TokenKind::Number && t.end == at.start);
        let number = self.span(start.map_or(at.start, |t| t.start) as usize, end);
        if number.end - number.start > 1 {
            self.error(SyntaxError::BadNumber { at: number, why: NumberError::Point });
        }
    }

    fn mark(&mut self, first: char) {
        const LONG: [&str; 8] = ["->", "..", "==", "!=", "<=", ">=", "&&", "||"];
        if LONG.iter().any(|m| self.rest().starts_with(m)) {
            self.token(TokenKind::Mark, 2);
            return;
        }
        let at = self.token(TokenKind::Mark, first.len_utf8());
        if first == '.' {
            self.point(at);
        } else if !";,:=+-*/%<>!".contains(first) {
            self.error(SyntaxError::UnknownCharacter { at, character: first });
        }
    }
}

/// The hashes of a raw string that begins here, plus one.
fn raw_string(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let behind = rest.trim_start_matches('#');
    behind.starts_with('"').then_some(rest.len() - behind.len() + 1)
}

fn plain_string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let end = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        end
    })?;
    Some(end + 2)
}

/// How far a number goes, with whatever letters stand at its end.
fn number_length(text: &str) -> usize {
    let word = |from: usize| {
        text[from..].find(|c| !XID_CONTINUE(c)).map_or(text.len(), |found| from + found)
    };
    let mut end = word(0);
    let behind = &text[end..];
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    if behind.strip_prefix('.').is_some_and(digit) {
        end = word(end + 1);
    }
    let number = &text[..end];
    let mantissa = number.strip_suffix(['e', 'E']);
    let decimal = |m: &str| m.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if mantissa.is_some_and(decimal) && text[end..].strip_prefix(['+', '-']).is_some_and(digit) {
        end = word(end + 1);
    }
    end
}
