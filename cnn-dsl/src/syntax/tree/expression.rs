//! Values and expressions.

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::{Builder, Parts, Result};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, If, UnaryOp};
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::literal::{self, Number};

/// How deep operators may stand in one another: `1 + 1 + 1` is two deep. It bounds the stack of
/// every walk over a tree.
const MAX_OPERATORS: usize = 256;

static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(left(Rule::equal)
            | left(Rule::not_equal)
            | left(Rule::less)
            | left(Rule::less_equal)
            | left(Rule::greater)
            | left(Rule::greater_equal))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::multiply) | left(Rule::divide) | left(Rule::remainder))
        .op(Op::prefix(Rule::negate) | Op::prefix(Rule::not))
        .op(Op::postfix(Rule::index))
});

impl Builder<'_> {
    /// An item's word or value.
    pub(super) fn atom(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        self.range(pair, |part| self.value(part))
    }

    /// `a`, `a..b`, `a..`, `..b`, as atom or as expression.
    fn range(
        &self,
        pair: Pair<'_, Rule>,
        end: impl Fn(Pair<'_, Rule>) -> Result<Expr>,
    ) -> Result<Expr> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let mut first = None;
        if parts.next_if(Rule::dotdot).is_none() {
            let value = end(parts.next())?;
            if parts.next_if(Rule::dotdot).is_none() {
                return Ok(value);
            }
            first = Some(Box::new(value));
        }
        let last = match parts.next_any() {
            Some(part) => Some(Box::new(end(part)?)),
            None => None,
        };
        Ok(Expr { kind: ExprKind::Range(first, last), span })
    }

    /// A value without operators around it.
    pub(super) fn value(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        match pair.as_rule() {
            Rule::value | Rule::range_end => self.primary(self.parts(pair).next(), 0),
            _ => self.primary(pair, 0),
        }
    }

    /// `depth` is how many operators and brackets of the same expression stand around this one.
    pub(super) fn expression(&self, pair: Pair<'_, Rule>, depth: usize) -> Result<Expr> {
        self.range(pair, |operation| self.operation(operation, depth))
    }

    fn operation(&self, pair: Pair<'_, Rule>, depth: usize) -> Result<Expr> {
        let at = self.span(&pair);
        let pairs = pair.into_inner();
        let operators = pairs.clone().filter(|part| !is_operand(part.as_rule())).count();
        if depth + operators > MAX_OPERATORS {
            return Err(SyntaxError::LongExpression { at, limit: MAX_OPERATORS });
        }
        let depth = depth + operators + 1;
        PRECEDENCE
            .map_primary(|pair| self.primary(pair, depth))
            .map_prefix(|operator, operand| {
                let operand = operand?;
                let span = self.span(&operator).to(operand.span);
                let operator = match operator.as_rule() {
                    Rule::negate => UnaryOp::Negate,
                    _ => UnaryOp::Not,
                };
                Ok(Expr { kind: ExprKind::Unary(operator, Box::new(operand)), span })
            })
            .map_postfix(|list, index| {
                let list = list?;
                let span = list.span.to(self.span(&index));
                let index = self.expression(self.parts(index).next(), depth)?;
                Ok(Expr { kind: ExprKind::Index(Box::new(list), Box::new(index)), span })
            })
            .map_infix(|left, operator, right| {
                let (left, right) = (left?, right?);
                let span = left.span.to(right.span);
                let operator = binary(operator.as_rule());
                Ok(Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span })
            })
            .parse(pairs)
    }

    /// Split as statements are: what nests stands apart from what does not.
    fn primary(&self, pair: Pair<'_, Rule>, depth: usize) -> Result<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::body => ExprKind::Brace(self.body(pair)?),
            Rule::paren => return self.paren(pair, span, depth),
            Rule::list => ExprKind::List(self.expressions(&mut self.parts(pair), depth)?),
            Rule::if_value => ExprKind::If(Box::new(self.if_value(pair, span, depth)?)),
            Rule::call => self.call(pair, depth)?,
            _ => self.word(&pair, span)?,
        };
        Ok(Expr { kind, span })
    }

    fn call(&self, pair: Pair<'_, Rule>, depth: usize) -> Result<ExprKind> {
        let mut parts = self.parts(pair);
        let name = self.ident(&parts.next());
        Ok(ExprKind::Call(name, self.expressions(&mut parts, depth)?))
    }

    fn word(&self, pair: &Pair<'_, Rule>, span: Span) -> Result<ExprKind> {
        Ok(match pair.as_rule() {
            Rule::number | Rule::shape => self.number(pair, span)?,
            Rule::text => ExprKind::Text(self.text(pair)?.value),
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::name | Rule::ident_value => ExprKind::Name(pair.as_str().to_owned()),
            Rule::signed => {
                let mut parts = self.parts(pair.clone());
                let _minus = parts.next();
                let number = parts.next();
                let span = self.span(&number);
                let number = Expr { kind: self.number(&number, span)?, span };
                ExprKind::Unary(UnaryOp::Negate, Box::new(number))
            }
            rule => unreachable!("{rule:?} is no value"),
        })
    }

    fn number(&self, pair: &Pair<'_, Rule>, at: Span) -> Result<ExprKind> {
        match literal::number(pair.as_str()) {
            Ok(Number::Scalar(value)) => Ok(ExprKind::Number(value)),
            Ok(Number::Shape(sizes)) => Ok(ExprKind::Shape(sizes)),
            Err(why) => Err(SyntaxError::BadNumber { at, why }),
        }
    }

    fn expressions(&self, parts: &mut Parts<'_>, depth: usize) -> Result<Vec<Expr>> {
        let mut expressions = Vec::new();
        while let Some(expression) = parts.next_any() {
            expressions.push(self.expression(expression, depth)?);
        }
        Ok(expressions)
    }

    /// `(a)` is `a` with the parentheses in its span, `(a, b)` a tuple.
    fn paren(&self, pair: Pair<'_, Rule>, span: Span, depth: usize) -> Result<Expr> {
        let mut values = self.expressions(&mut self.parts(pair), depth)?;
        match values.len() {
            1 => Ok(Expr { span, ..values.remove(0) }),
            _ => Ok(Expr { kind: ExprKind::Tuple(values), span }),
        }
    }

    fn if_value(&self, pair: Pair<'_, Rule>, span: Span, depth: usize) -> Result<If<Expr>> {
        let mut parts = self.parts(pair);
        let mut values = self.expressions(&mut parts, depth)?;
        // Conditions and values alternate; a value without a condition is the `else`.
        let otherwise = if values.len() % 2 == 1 { values.pop() } else { None };
        let mut arms = Vec::with_capacity(values.len() / 2);
        let mut values = values.into_iter();
        while let (Some(condition), Some(value)) = (values.next(), values.next()) {
            arms.push((condition, value));
        }
        Ok(If { arms, otherwise, span })
    }
}

fn is_operand(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::if_value
            | Rule::call
            | Rule::shape
            | Rule::number
            | Rule::text
            | Rule::boolean
            | Rule::name
            | Rule::list
            | Rule::paren
    )
}

fn binary(rule: Rule) -> BinaryOp {
    match rule {
        Rule::add => BinaryOp::Add,
        Rule::subtract => BinaryOp::Subtract,
        Rule::multiply => BinaryOp::Multiply,
        Rule::divide => BinaryOp::Divide,
        Rule::remainder => BinaryOp::Remainder,
        Rule::equal => BinaryOp::Equal,
        Rule::not_equal => BinaryOp::NotEqual,
        Rule::less => BinaryOp::Less,
        Rule::less_equal => BinaryOp::LessEqual,
        Rule::greater => BinaryOp::Greater,
        Rule::greater_equal => BinaryOp::GreaterEqual,
        Rule::and => BinaryOp::And,
        Rule::or => BinaryOp::Or,
        rule => unreachable!("{rule:?} is no operator"),
    }
}
