//! Documentation comments: rustc hands `/// text` over as `#[doc = " text"]`.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree, token_stream::IntoIter};
use syn::LitStr;

/// One documentation attribute.
pub(super) struct Doc {
    /// `///` or `//!`.
    pub marker: &'static str,
    /// What stands behind the marker, a line each.
    pub lines: Vec<String>,
}

/// Takes `[doc = "..."]` or `![doc = "..."]` from behind a `#`; any other attribute stays where it
/// is, for the grammar to refuse.
pub(super) fn take(tokens: &mut Peekable<IntoIter>) -> Option<Doc> {
    let mut ahead = tokens.clone();
    let inner = match ahead.peek() {
        Some(TokenTree::Punct(bang)) if bang.as_char() == '!' => ahead.next().is_some(),
        _ => false,
    };
    let Some(TokenTree::Group(attribute)) = ahead.next() else { return None };
    let text = doc_text(&attribute)?;
    *tokens = ahead;
    Some(Doc { marker: if inner { "//!" } else { "///" }, lines: lines(&text) })
}

fn doc_text(attribute: &Group) -> Option<String> {
    if attribute.delimiter() != Delimiter::Bracket {
        return None;
    }
    let mut tokens = flat(attribute.stream()).into_iter();
    let (name, equals, literal) = (tokens.next()?, tokens.next()?, tokens.next()?);
    let is_doc = matches!(&name, TokenTree::Ident(word) if word == "doc")
        && matches!(&equals, TokenTree::Punct(sign) if sign.as_char() == '=')
        && tokens.next().is_none();
    let literal: LitStr = is_doc.then(|| syn::parse2(literal.into()).ok()).flatten()?;
    Some(literal.value())
}

/// The tokens without the invisible groups that `$text:literal` or `$attribute:meta` leave.
fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut list = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                list.extend(flat(group.stream()));
            }
            token => list.push(token),
        }
    }
    list
}

fn lines(text: &str) -> Vec<String> {
    if text.is_empty() {
        return vec![String::new()];
    }
    // `////` would be a comment, and a lone carriage return ends no line in one.
    let line = |line: &str| {
        let blank = if line.starts_with('/') { " " } else { "" };
        format!("{blank}{}", line.replace('\r', " "))
    };
    text.lines().map(line).collect()
}
