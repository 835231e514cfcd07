//! What pest could not match, in the user's terms. In: pest's furthest position and the rules that
//! it tried there. Out: a [`SyntaxError`], the plainest that fits.

use pest::error::{Error, ErrorVariant, InputLocation};

use crate::diagnostic::did_you_mean;
use crate::source::{FileId, Span};
use crate::syntax::bare::Bare;
use crate::syntax::error::{Hint, SyntaxError};
use crate::syntax::grammar::Rule;
use crate::syntax::names::is_reserved;
use crate::syntax::rule_names::{VALUE, names};
use crate::syntax::scan::{Token, TokenKind};

/// The error behind pest's. `brackets` is what the scanner found wrong with brackets; the parser
/// may have met something plainer before it.
pub(super) fn explain(
    error: &Error<Rule>,
    text: &str,
    file: FileId,
    tokens: &[Token],
    brackets: Option<SyntaxError>,
) -> SyntaxError {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let rules = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let next = tokens.partition_point(|token| (token.end as usize) <= at);
    let span = |token: &Token| Span { file, start: token.start, end: token.end };
    let before = next.checked_sub(1).map(|index| span(&tokens[index]));
    // At the end of the text the place is just behind the last token, not on an empty last line.
    let end = before.map_or(0, |before| before.end);
    let found = tokens.get(next).map_or(Span { file, start: end, end }, span);
    let stumble = Stumble { text, tokens, next, rules, found, before };
    stumble
        .bracket(brackets)
        .or_else(|| stumble.documentation())
        .or_else(|| stumble.semicolon())
        .or_else(|| stumble.brace())
        .or_else(|| stumble.operator())
        .or_else(|| stumble.name())
        .or_else(|| stumble.outside())
        .unwrap_or_else(|| stumble.unexpected())
}

/// Where the parser could not go on.
struct Stumble<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// The index of the token found, which may be one past the last.
    next: usize,
    /// What could have stood there.
    rules: &'a [Rule],
    /// The token found; empty at the end of the text.
    found: Span,
    /// The token before it.
    before: Option<Span>,
}

impl Stumble<'_> {
    fn word(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn found(&self) -> &str {
        self.word(self.found)
    }

    fn before(&self) -> &str {
        self.before.map_or("", |span| self.word(span))
    }

    fn expects(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// A bracket without its end, if it is not behind the place where the parser stopped.
    fn bracket(&self, error: Option<SyntaxError>) -> Option<SyntaxError> {
        let error = error?;
        let at_end = self.next == self.tokens.len();
        let comes_first = match &error {
            SyntaxError::UnclosedBrace { found: Some(close), .. } => {
                close.start <= self.found.start
            }
            SyntaxError::UnclosedBrace { found: None, .. } => at_end,
            SyntaxError::UnopenedBrace { at } => at.start <= self.found.start,
            _ => false,
        };
        if comes_first {
            return Some(error);
        }
        // A new model, or the end of a statement, before the bracket's end.
        let new_item = matches!(self.found(), "pub" | "model" | "block" | "use");
        let closes = self.expects(Rule::close_paren) || self.expects(Rule::close_bracket);
        let cut = closes && matches!(self.found(), ";" | "{" | "}");
        let open = self.open_bracket()?;
        (new_item && !self.expects(Rule::semi) || cut)
            .then_some(SyntaxError::UnclosedBrace { open, found: Some(self.found) })
    }

    /// The innermost bracket that is open at the token found.
    fn open_bracket(&self) -> Option<Span> {
        let mut open = Vec::new();
        for token in &self.tokens[..self.next] {
            let span = Span { start: token.start, end: token.end, ..self.found };
            match self.word(span) {
                "{" | "(" | "[" => open.push(span),
                "}" | ")" | "]" => drop(open.pop()),
                _ => {}
            }
        }
        open.pop()
    }

    fn documentation(&self) -> Option<SyntaxError> {
        if self.kind(self.next) == Some(TokenKind::Doc) {
            return Some(SyntaxError::StrayDoc { at: self.found });
        }
        let before = self.next.checked_sub(1)?;
        let documents = self.kind(self.next) == Some(TokenKind::Word);
        (self.kind(before) == Some(TokenKind::Doc) && !documents)
            .then_some(SyntaxError::StrayDoc { at: self.before? })
    }

    fn semicolon(&self) -> Option<SyntaxError> {
        if self.found() == ";" && self.expects(Rule::statement) {
            return Some(SyntaxError::StraySemicolon { at: self.found });
        }
        let begins = is_reserved(self.found()) && !matches!(self.found(), "from" | "as" | "in");
        let ends = begins || matches!(self.found(), "}" | "");
        let only = self.rules == [Rule::semi] && !matches!(self.found(), "from" | "as");
        (self.expects(Rule::semi) && (ends || only))
            .then_some(SyntaxError::MissingSemicolon { found: self.found, after: self.before? })
    }

    fn brace(&self) -> Option<SyntaxError> {
        let word = matches!(self.kind(self.next), Some(TokenKind::Word | TokenKind::Number) | None);
        (self.expects(Rule::open_brace) || self.expects(Rule::body))
            .then_some(())
            .filter(|()| word && !self.expects_value() && !self.expects(Rule::apply))
            .and(self.before)
            .map(|after| SyntaxError::MissingBrace { found: self.found, after })
    }

    /// An expression where a layer's items stand or go on.
    fn operator(&self) -> Option<SyntaxError> {
        let bare = Bare { text: self.text, tokens: self.tokens };
        let in_items = self.expects(Rule::atom) || self.expects(Rule::dotdot);
        let at = if in_items && self.expects(Rule::comma) && bare.is_operator(self.next) {
            self.next
        } else if self.before() == "-" && self.rules == [Rule::number] {
            self.next - 1
        } else if self.expects_item() && self.found() == "!" {
            self.next
        } else if self.expects_item() && self.found() == "if" {
            return Some(SyntaxError::BareIf { at: self.found });
        } else {
            return None;
        };
        Some(bare.operator(at, self.found.file))
    }

    /// Whether a layer's item, or more of it, belongs here and no name alone would do.
    fn expects_item(&self) -> bool {
        let item = [Rule::layer_item, Rule::atom].iter().any(|&rule| self.expects(rule));
        item && self.next > 0 && !matches!(self.before(), ";" | "{" | "}")
    }

    fn name(&self) -> Option<SyntaxError> {
        let named = self.expects(Rule::ident) || self.expects(Rule::names);
        let value = self.expects_value() && self.found() != "else";
        if (named || value) && is_reserved(self.found()) {
            return Some(SyntaxError::ReservedWord { at: self.found });
        }
        (self.rules == [Rule::ident] && matches!(self.before(), "model" | "block"))
            .then_some(SyntaxError::MissingName { found: self.found, after: self.before? })
    }

    fn outside(&self) -> Option<SyntaxError> {
        let top = self.expects(Rule::file) || self.expects(Rule::item);
        if !top || self.kind(self.next) != Some(TokenKind::Word) {
            return None;
        }
        let meant = did_you_mean(self.found(), ["model", "block", "use", "pub"]);
        Some(SyntaxError::OutsideModel { found: self.found, meant })
    }

    fn unexpected(&self) -> SyntaxError {
        SyntaxError::UnexpectedToken {
            found: self.found,
            expected: names(self.rules),
            hint: self.hint(),
        }
    }

    fn hint(&self) -> Option<Hint> {
        let number = matches!(self.kind(self.next), Some(TokenKind::Number | TokenKind::Text));
        let number = number || matches!(self.found(), "[" | "-" | "(" | "true" | "false");
        match (self.before(), self.found()) {
            (_, "=") if self.expects(Rule::equal) => Some(Hint::Equality),
            (_, "=") if self.expects(Rule::asserted) || self.expects(Rule::arrow) => {
                Some(Hint::ArgumentEquals)
            }
            (",", ";" | "}" | "->" | "from" | "as") => Some(Hint::TrailingComma),
            (_, "from" | "as") if self.has_clause() => Some(Hint::ClauseOrder),
            (_, "from" | "as") => Some(Hint::LayersClause),
            (_, "else") => Some(Hint::LoneElse),
            ("pub", "block" | "use") => Some(Hint::PublicBlock),
            _ if self.rules == [Rule::kw_tensor] => Some(Hint::ParameterType),
            _ if self.rules == [Rule::text] => Some(Hint::Quotes),
            _ if self.expects(Rule::tensor_value) && number => Some(Hint::LetOfNumber),
            _ if self.statement_begin() == "const" && self.expects(Rule::semi) => {
                Some(Hint::ConstOfLayer)
            }
            _ => None,
        }
    }

    /// The first word of the statement that was not finished.
    fn statement_begin(&self) -> &str {
        self.statement().next().unwrap_or_default()
    }

    /// Whether a clause that stands behind a layer was met in this statement.
    fn has_clause(&self) -> bool {
        self.statement().any(|word| matches!(word, "from" | "as" | "->"))
    }

    /// The words of the statement that was not finished.
    fn statement(&self) -> impl Iterator<Item = &str> {
        let word = |token: &Token| &self.text[token.start as usize..token.end as usize];
        let tokens = &self.tokens[..self.next];
        let end = tokens.iter().rposition(|token| matches!(word(token), ";" | "{" | "}"));
        tokens[end.map_or(0, |end| end + 1)..].iter().map(word)
    }

    fn expects_value(&self) -> bool {
        names(self.rules).contains(&VALUE)
    }
}
