//! Diagnostics as `compile_error!`s: the caret under the user's tokens, all else as lines of text.
//!
//! Stable Rust gives a macro one error place and no more; labels at other places are therefore
//! lines of their own, with the file and line that editors and terminals make links of.

use cnn_dsl::diagnostic::{Diagnostic, Label, render};
use cnn_dsl::source::{FileId, Sources};
use cnn_dsl::tokens::{Target, TokenText};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// The texts of one macro call and where errors go that lie in none of them.
pub struct Places<'a> {
    /// Texts that were rebuilt from tokens.
    pub texts: Vec<(FileId, &'a TokenText)>,
    /// The place of everything else.
    pub otherwise: Span,
}

impl Places<'_> {
    fn target(&self, label: &Label) -> Option<Target<'_>> {
        let (_, text) = self.texts.iter().find(|(file, _)| *file == label.span.file)?;
        text.target(label.span.start as usize..label.span.end as usize)
    }

    /// Where to show an error of a file that the call reads: the string that names it.
    fn naming(&self, file: &str) -> Span {
        let quoted = format!("{file:?}");
        let found = self.texts.iter().find_map(|(_, text)| text.find(&quoted));
        found.unwrap_or(self.otherwise)
    }
}

/// One `compile_error!` for each diagnostic.
pub fn compile_errors(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    places: &Places<'_>,
) -> TokenStream {
    let error = |diagnostic: &Diagnostic| match places.target(&diagnostic.primary) {
        Some(target) => {
            compile_error(&message(diagnostic, sources, places), target.first, target.last)
        }
        None => {
            let span = places.naming(&sources.file(diagnostic.primary.span.file).name);
            compile_error(&rendered(diagnostic, sources), span, span)
        }
    };
    diagnostics.iter().map(error).collect()
}

/// The report that a file's error has in a terminal. rustc puts its own `error: ` before it.
fn rendered(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let report = render(diagnostic, sources);
    report.strip_prefix("error").unwrap_or(&report).trim_end().to_owned()
}

/// `::core::compile_error! { "message" }`: rustc underlines from the first token's span to the
/// group's.
fn compile_error(message: &str, first: Span, last: Span) -> TokenStream {
    let punct = |c, spacing| {
        let mut punct = Punct::new(c, spacing);
        punct.set_span(first);
        TokenTree::Punct(punct)
    };
    let mut text = Literal::string(message);
    text.set_span(last);
    let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(text).into());
    group.set_span(last);
    TokenStream::from_iter([
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("core", first)),
        punct(':', Spacing::Joint),
        punct(':', Spacing::Alone),
        TokenTree::Ident(Ident::new("compile_error", first)),
        punct('!', Spacing::Alone),
        TokenTree::Group(group),
    ])
}

/// The message, then a line for each of: other places, what is to be said at the caret, notes, help.
fn message(diagnostic: &Diagnostic, sources: &Sources, places: &Places<'_>) -> String {
    let mut text = format!("[{}]: {}", diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        text.push_str(&format!("\n{}", line_of(label, sources, places)));
    }
    let part = places.target(&diagnostic.primary).and_then(|target| target.part);
    if let Some(part) = part {
        text.push_str(&format!(
            "\n  = here: `{}`, character {} of `{}`",
            part.piece, part.column, part.token
        ));
    }
    if !diagnostic.primary.text.is_empty() {
        text.push_str(&format!("\n  = here: {}", diagnostic.primary.text));
    }
    for note in &diagnostic.notes {
        text.push_str(&format!("\n  = note: {note}"));
    }
    for help in &diagnostic.help {
        text.push_str(&format!("\n  = help: {help}"));
    }
    text
}

/// ` --> src/main.rs:5:9: 224x224x3 through 3x3`; the text there instead where the place is unknown.
fn line_of(label: &Label, sources: &Sources, places: &Places<'_>) -> String {
    let place = match places.target(label) {
        Some(target) => place_of(&target),
        None => {
            let at = sources.start(label.span);
            let file = &sources.file(label.span.file).name;
            Some(format!(" --> {file}:{}:{}", at.line, at.column))
        }
    };
    let place = place.unwrap_or_else(|| format!("  = at `{}`", sources.text(label.span)));
    if label.text.is_empty() { place } else { format!("{place}: {}", label.text) }
}

fn place_of(target: &Target<'_>) -> Option<String> {
    let file = target.first.file();
    let at = if target.behind { target.last.end() } else { target.first.start() };
    (!file.is_empty()).then(|| format!(" --> {file}:{}:{}", at.line, at.column + 1))
}
