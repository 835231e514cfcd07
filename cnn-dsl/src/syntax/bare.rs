//! An operator that stands outside parentheses. In: a text's tokens and the operator's index. Out:
//! the error, with the expression that the operator and its operands make: the text of the cure.

use crate::source::{FileId, Span};
use crate::syntax::error::SyntaxError;
use crate::syntax::names::{FUNCTIONS, is_reserved};
use crate::syntax::scan::{Token, TokenKind};

const OPERATORS: [&str; 13] =
    ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

/// Where the operator stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl Bare<'_> {
    fn word(&self, index: usize) -> &str {
        let token = self.tokens.get(index);
        token.map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    /// Whether the token is an operator between two values.
    pub(super) fn is_operator(&self, index: usize) -> bool {
        OPERATORS.contains(&self.word(index))
    }

    /// The error at an operator or sign.
    pub(super) fn operator(&self, at: usize, file: FileId) -> SyntaxError {
        let span = |from: usize, to: usize| {
            let (from, to) = (self.tokens.get(from), self.tokens.get(to));
            let start = from.map_or(0, |token| token.start);
            Span { file, start, end: to.map_or(start, |token| token.end) }
        };
        let last = self.operands(at + 1);
        let binary = self.operand_before(at).map(|first| span(first, last));
        let alone = span(at, last);
        let at_span = span(at, at);
        // `stride -a` and `n -a` look alike: a word may be an argument or a value.
        let word = at.checked_sub(1).is_some_and(|before| self.is_word(before));
        match (self.word(at), binary) {
            ("-", Some(binary)) if word => {
                SyntaxError::BareOperator { at: at_span, whole: alone, or: Some(binary) }
            }
            ("!", _) | (_, None) => {
                SyntaxError::BareOperator { at: at_span, whole: alone, or: None }
            }
            (_, Some(binary)) => SyntaxError::BareOperator { at: at_span, whole: binary, or: None },
        }
    }

    fn is_word(&self, index: usize) -> bool {
        let kind = self.tokens.get(index).map(|token| token.kind);
        kind == Some(TokenKind::Word)
            && (!is_reserved(self.word(index)) || self.word(index) == "last")
    }

    /// The first token of the value that ends before `end`; none where no value ends there.
    fn operand_before(&self, end: usize) -> Option<usize> {
        let mut first = end.checked_sub(1)?;
        let kind = self.tokens.get(first)?.kind;
        match self.word(first) {
            "]" | ")" => {}
            _ if kind == TokenKind::Number || self.is_word(first) => return Some(first),
            _ => return None,
        }
        loop {
            let open = self.opening(first)?;
            let Some(before) = open.checked_sub(1) else { return Some(open) };
            let (index, call) = (self.word(open) == "[", FUNCTIONS.contains(&self.word(before)));
            match self.word(before) {
                "]" | ")" if index => first = before,
                _ if index && self.is_word(before) || call => return Some(before),
                _ => return Some(open),
            }
        }
    }

    /// The bracket that the one at `close` closes.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (0..=close).rev().find(|&index| {
            match self.word(index) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
    }

    /// The last token of the values and operators that begin at `first`.
    fn operands(&self, first: usize) -> usize {
        let mut at = first;
        loop {
            while matches!(self.word(at), "-" | "!") {
                at += 1;
            }
            at = self.primary(at);
            if !self.is_operator(at) {
                return at.saturating_sub(1);
            }
            at += 1;
        }
    }

    /// One past a value, with the brackets that belong to it.
    fn primary(&self, first: usize) -> usize {
        let call = FUNCTIONS.contains(&self.word(first)) && self.word(first + 1) == "(";
        let mut at = match self.word(first) {
            "(" | "[" => self.past_bracket(first),
            _ if call => self.past_bracket(first + 1),
            _ if self.is_word(first) => first + 1,
            _ if self.tokens.get(first).is_some_and(|t| t.kind == TokenKind::Number) => {
                return first + 1;
            }
            _ => return first,
        };
        while self.word(at) == "[" {
            at = self.past_bracket(at);
        }
        at
    }

    /// One past the bracket that closes the one at `open`.
    fn past_bracket(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        let close = (open..self.tokens.len()).find(|&index| {
            match self.word(index) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        close.map_or(self.tokens.len(), |close| close + 1)
    }
}
