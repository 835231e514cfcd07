//! The stage's two entrances: a whole text, and a text that is one value.

use pest::Parser;
use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources};
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::scan::{Scan, Token, scan};
use crate::syntax::{ast, expected, tree};

/// The tree of a file or macro call.
///
/// # Errors
/// The first syntax error.
pub fn parse(sources: &Sources, file: FileId) -> Result<ast::File, Diagnostic> {
    run(sources, file, Rule::file, tree::file)
}

/// The tree of a text that is one value: `0.25`, `[3, 4, 6, 3]`, `relu`, `28x28x1`, `-1`, `true`.
///
/// # Errors
/// The first syntax error.
pub fn expression(sources: &Sources, file: FileId) -> Result<ast::Expr, Diagnostic> {
    run(sources, file, Rule::expression_text, tree::expression)
}

type Build<T> = fn(Pair<'_, Rule>, &[Token], FileId) -> Result<T, SyntaxError>;

fn run<T>(sources: &Sources, file: FileId, rule: Rule, build: Build<T>) -> Result<T, Diagnostic> {
    let text = &sources.file(file).text;
    let Scan { tokens, error, brackets } = scan(text, file);
    let tree = match error {
        Some(error) => Err(error),
        None => match Grammar::parse(rule, text) {
            Ok(mut pairs) => build(pairs.next().expect("a rule gives one pair"), &tokens, file),
            Err(error) => Err(expected::explain(&error, text, file, &tokens, brackets)),
        },
    };
    tree.map_err(|error| error.diagnostic(sources))
}
