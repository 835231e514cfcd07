//! What pest could not match, in the user's terms.

use pest::error::{Error, ErrorVariant, InputLocation};

use crate::source::{FileId, Span};
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::names::is_reserved;
use crate::syntax::scan::{Token, TokenKind};

/// The error behind pest's: the token found and what could have stood in its place.
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
    let span = |token: Token| Span { file, start: token.start, end: token.end };
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let found = tokens.get(next).map_or(Span { file, start: end, end }, |&token| span(token));
    let before = next.checked_sub(1).map(|index| span(tokens[index]));
    let word = |span: Span| &text[span.start as usize..span.end as usize];

    if let Some(error) = brackets
        && bracket_comes_first(&error, found, end)
    {
        return error;
    }
    if tokens.get(next).is_some_and(|token| token.kind == TokenKind::Doc) {
        return SyntaxError::StrayDoc { at: found };
    }
    let closes = matches!(word(found), "}" | "") || is_reserved(word(found));
    if let Some(after) = before
        && rules.contains(&Rule::semi)
        && (closes || rules == [Rule::semi])
    {
        return SyntaxError::MissingSemicolon { found, after };
    }
    if rules.contains(&Rule::ident) && is_reserved(word(found)) {
        return SyntaxError::ReservedWord { at: found };
    }
    if rules == [Rule::ident]
        && let Some(after) = before
        && matches!(word(after), "model" | "block")
    {
        return SyntaxError::MissingName { found, after };
    }
    let mut expected: Vec<&'static str> = rules.iter().filter_map(|&rule| name(rule)).collect();
    expected.dedup();
    SyntaxError::UnexpectedToken { found, expected }
}

/// Whether a bracket's error stands at or before the token that the parser stumbled over.
fn bracket_comes_first(error: &SyntaxError, found: Span, end: u32) -> bool {
    match error {
        SyntaxError::UnclosedBrace { found: Some(close), .. } => close.start <= found.start,
        SyntaxError::UnclosedBrace { found: None, .. } => found.start == end,
        SyntaxError::UnopenedBrace { at } => at.start <= found.start,
        _ => false,
    }
}

/// How a rule is named in an error; `None` if it is better left out.
fn name(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::semi => "`;`",
        Rule::comma => "`,`",
        _ => return None,
    })
}
