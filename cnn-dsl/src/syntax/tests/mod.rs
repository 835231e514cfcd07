//! The grammar as its users meet it.

mod files;
mod grammar;
mod hostile;
mod properties;

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::ast;

/// The texts of the language's description, also the seeds of the fuzz target.
const EXAMPLES: [&str; 5] = [
    include_str!("../../../../fuzz/seeds/frontend/simple.cnn"),
    include_str!("../../../../fuzz/seeds/frontend/mobilenet.cnn"),
    include_str!("../../../../fuzz/seeds/frontend/resnet.cnn"),
    include_str!("../../../../fuzz/seeds/frontend/nasnet.cnn"),
    include_str!("../../../../fuzz/seeds/frontend/statements.cnn"),
];

fn sources(text: &str) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = SourceFile { name: "a.cnn".into(), folder: PathBuf::new(), text: text.into() };
    let id = sources.add(file);
    (sources, id)
}

fn parse(text: &str) -> Result<ast::File, Diagnostic> {
    let (sources, id) = sources(text);
    crate::syntax::parse(&sources, id)
}

fn expression(text: &str) -> Result<ast::Expr, Diagnostic> {
    let (sources, id) = sources(text);
    crate::syntax::expression(&sources, id)
}

/// A tree without its places, to be compared with that of a text set otherwise.
fn without_spans(tree: &impl std::fmt::Debug) -> String {
    let tree = format!("{tree:?}");
    let mut parts = tree.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('}').map_or("", |(_, rest)| rest))
}

/// Every place of a diagnostic.
fn spans(diagnostic: &Diagnostic) -> impl Iterator<Item = Span> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.labels).map(|label| label.span)
}
