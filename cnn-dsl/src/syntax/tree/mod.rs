//! pest's pairs to [`ast`]. In: pairs of a text that the grammar accepted. Out: its tree. What can
//! still fail is an expression with too many operators in one another.

mod expression;
mod item;
mod statement;

use pest::iterators::{Pair, Pairs};

use crate::source::{FileId, Span};
use crate::syntax::ast;
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::scan::Token;

type Result<T> = std::result::Result<T, SyntaxError>;

/// The tree of a whole text.
pub(super) fn file(pair: Pair<'_, Rule>, tokens: &[Token], id: FileId) -> Result<ast::File> {
    Builder { file: id, tokens }.file(pair)
}

/// The tree of a text that is one value.
pub(super) fn expression(pair: Pair<'_, Rule>, tokens: &[Token], id: FileId) -> Result<ast::Expr> {
    let builder = Builder { file: id, tokens };
    builder.expression(builder.parts(pair).next(), 0)
}

struct Builder<'t> {
    file: FileId,
    tokens: &'t [Token],
}

impl Builder<'_> {
    /// Where a pair stands. pest lets a rule with an optional end run over the white space and the
    /// comments behind it; the span ends with the last token.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let offset = |n| u32::try_from(n).expect("a text is shorter than MAX_BYTES");
        let (start, end) = (offset(span.start()), offset(span.end()));
        let last = self.tokens.partition_point(|token| token.end <= end).checked_sub(1);
        let end = last.map_or(end, |last| self.tokens[last].end);
        Span { file: self.file, start, end: end.max(start) }
    }

    fn ident(&self, pair: &Pair<'_, Rule>) -> ast::Ident {
        ast::Ident { name: pair.as_str().to_owned(), span: self.span(pair) }
    }

    /// The parts of a pair, without punctuation and structural keywords.
    fn parts<'i>(&self, pair: Pair<'i, Rule>) -> Parts<'i> {
        Parts { pairs: pair.into_inner() }
    }
}

/// What a rule consists of, in order.
struct Parts<'i> {
    pairs: Pairs<'i, Rule>,
}

impl<'i> Parts<'i> {
    /// The next part, which the grammar guarantees.
    fn next(&mut self) -> Pair<'i, Rule> {
        self.next_any().expect("the grammar gives this part")
    }

    /// The next part, if there is one.
    fn next_any(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.find(|pair| !is_mark(pair.as_rule()))
    }

    /// The next part if it is of this rule.
    fn next_if(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        while self.pairs.peek().is_some_and(|pair| is_mark(pair.as_rule())) {
            self.pairs.next();
        }
        (self.pairs.peek()?.as_rule() == rule).then(|| self.pairs.next()).flatten()
    }
}

/// Rules that are there to be named in errors and say nothing in a tree.
fn is_mark(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::semi
            | Rule::comma
            | Rule::colon
            | Rule::equals
            | Rule::arrow
            | Rule::less_equal
            | Rule::open_brace
            | Rule::close_brace
            | Rule::open_paren
            | Rule::close_paren
            | Rule::open_bracket
            | Rule::close_bracket
            | Rule::kw_pub
            | Rule::kw_use
            | Rule::kw_model
            | Rule::kw_block
            | Rule::kw_let
            | Rule::kw_const
            | Rule::kw_if
            | Rule::kw_else
            | Rule::kw_repeat
            | Rule::kw_in
            | Rule::kw_from
            | Rule::kw_as
            | Rule::kw_return
            | Rule::kw_default
            | Rule::kw_layer
            | Rule::kw_input
            | Rule::kw_output
            | Rule::kw_aux
            | Rule::kw_weights
            | Rule::kw_rename
            | Rule::kw_budget
            | Rule::kw_train
            | Rule::kw_winograd
            | Rule::kw_frozen
            | Rule::EOI
    )
}
