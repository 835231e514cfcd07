//! The tokens of a macro call as text.
//!
//! In: a token stream. Out: a text that the grammar reads like a file's, and a table from its byte
//! ranges back to the tokens' spans. Line and column of a token decide nothing but whether a blank
//! stands between two tokens, so that quoted text reads as it was written; an editor that knows
//! neither, or a `macro_rules!` that mixes them, changes the blanks and nothing else.

mod docs;

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};

/// A text made of tokens.
#[derive(Debug, Default)]
pub struct TokenText {
    text: String,
    places: Vec<Place>,
    before: Before,
}

/// Where one token (a group has two: its delimiters) stands in the text.
#[derive(Debug)]
struct Place {
    range: Range<usize>,
    span: Span,
}

/// The tokens under a piece of the text.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The first token's.
    pub first: Span,
    /// The last token's.
    pub last: Span,
    /// Whether the piece is empty and stands right behind that token.
    pub behind: bool,
    /// Set where the piece is less than its one token, which no span can say.
    pub part: Option<Part<'a>>,
}

/// A piece of one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// The piece.
    pub piece: &'a str,
    /// The whole token.
    pub token: &'a str,
    /// Where in the token the piece begins, in characters from 1.
    pub column: usize,
}

/// What was written last.
#[derive(Debug, Default, Clone, Copy)]
enum Before {
    /// Nothing, or a line end.
    #[default]
    LineStart,
    /// A name or a literal: another one needs a blank before it.
    Word(Span),
    /// `,`, `;`, a closing or an opening delimiter, an operator.
    Mark(Span, char),
    /// A punctuation mark that is one operator with what follows.
    Joint,
}

impl TokenText {
    /// The text of a token stream.
    pub fn new(tokens: TokenStream) -> Self {
        let mut text = Self::default();
        text.stream(tokens);
        text
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens that a byte range touches; for an empty range the one before it where they touch,
    /// else the one that follows. `None` only where there is no token at all.
    pub fn target(&self, range: Range<usize>) -> Option<Target<'_>> {
        let place = |at: usize| self.places.get(at).map(|place| &place.range);
        let first = self.places.partition_point(|p| p.range.end <= range.start);
        let before = first.checked_sub(1).filter(|&at| {
            range.is_empty() && place(at).is_some_and(|before| before.end == range.start)
        });
        if let Some(at) = before {
            let span = self.places[at].span;
            return Some(Target { first: span, last: span, behind: true, part: None });
        }
        let first = first.min(self.places.len().checked_sub(1)?);
        let end = range.end.max(range.start + 1);
        let last =
            self.places.partition_point(|p| p.range.start < end).saturating_sub(1).max(first);
        let token = &self.places[first].range;
        let inside = token.start <= range.start && range.end <= token.end && !range.is_empty();
        let part = (inside && *token != range).then(|| Part {
            piece: &self.text[range.clone()],
            token: &self.text[token.clone()],
            column: self.text[token.start..range.start].chars().count() + 1,
        });
        let (first, last) = (self.places[first].span, self.places[last].span);
        Some(Target { first, last, behind: false, part })
    }

    /// The span of the first token that reads so.
    pub fn find(&self, token: &str) -> Option<Span> {
        self.places.iter().find(|p| &self.text[p.range.clone()] == token).map(|p| p.span)
    }

    fn stream(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Ident(ident) => self.word(&ident.to_string(), ident.span()),
                TokenTree::Literal(literal) => self.word(&literal.to_string(), literal.span()),
                TokenTree::Punct(hash) if hash.as_char() == '#' => match docs::take(&mut tokens) {
                    Some(doc) => self.doc(doc.marker, &doc.lines, hash.span()),
                    None => self.punct(&hash),
                },
                TokenTree::Punct(punct) => self.punct(&punct),
            }
        }
    }

    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Brace => ('{', '}'),
            Delimiter::Bracket => ('[', ']'),
            Delimiter::None if stands_without_parentheses(group.stream()) => {
                return self.stream(group.stream());
            }
            // `$e:expr`: its operators bind tighter than those around it.
            Delimiter::None => ('(', ')'),
        };
        self.mark(open, group.span_open());
        self.stream(group.stream());
        self.mark(close, group.span_close());
    }

    fn word(&mut self, word: &str, span: Span) {
        let blank = match self.before {
            Before::LineStart | Before::Joint => false,
            Before::Word(_) => true,
            Before::Mark(mark, c) => apart(mark, span).unwrap_or(!matches!(c, '(' | '[')),
        };
        self.piece(blank, word, span);
        self.before = Before::Word(span);
    }

    fn punct(&mut self, punct: &Punct) {
        self.mark(punct.as_char(), punct.span());
        if punct.spacing() == Spacing::Joint {
            self.before = Before::Joint;
        }
    }

    fn mark(&mut self, mark: char, span: Span) {
        let closes = matches!(mark, ',' | ';' | ')' | ']');
        let blank = match self.before {
            Before::LineStart | Before::Joint => false,
            Before::Word(word) => apart(word, span).unwrap_or(!closes),
            Before::Mark(before, c) if is_delimiter(c) || is_delimiter(mark) => {
                apart(before, span).unwrap_or(!closes && !matches!(c, '(' | '['))
            }
            // Two operators that are not joint must not become one.
            Before::Mark(..) => true,
        };
        self.piece(blank, mark.encode_utf8(&mut [0; 4]), span);
        self.before = Before::Mark(span, mark);
    }

    fn doc(&mut self, marker: &str, lines: &[String], span: Span) {
        for line in lines {
            if !matches!(self.before, Before::LineStart) {
                self.text.push('\n');
            }
            self.piece(false, &format!("{marker}{line}"), span);
            self.text.push('\n');
            self.before = Before::LineStart;
        }
    }

    fn piece(&mut self, blank: bool, piece: &str, span: Span) {
        if blank {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(piece);
        self.places.push(Place { range: start..self.text.len(), span });
    }
}

fn is_delimiter(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}')
}

/// Whether two tokens did not touch where they were written; `None` where that is not known.
fn apart(left: Span, right: Span) -> Option<bool> {
    let known = |span: Span| span.start() != span.end();
    (known(left) && known(right)).then(|| left.end() != right.start())
}

/// Whether the tokens of a group without delimiters mean the same without any: one token,
/// `pub (crate)`, attributes.
fn stands_without_parentheses(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    let Some(first) = tokens.next() else { return true };
    match first {
        TokenTree::Ident(word) if word == "pub" => true,
        TokenTree::Punct(hash) if hash.as_char() == '#' => true,
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) | TokenTree::Group(_) => {
            tokens.next().is_none()
        }
    }
}

#[cfg(test)]
mod tests;
