//! Statements and layers.

use pest::iterators::Pair;

use super::item::docs;
use super::{Builder, Parts, Result};
use crate::syntax::ast::{
    Application, Expr, ExprKind, Ident, If, LayerItem, RepeatHeader, Statement, StatementKind,
    TensorExpr, Text,
};
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::literal;

impl Builder<'_> {
    /// `{ statements }`
    pub(super) fn body(&self, pair: Pair<'_, Rule>) -> Result<Vec<Statement>> {
        let mut parts = self.parts(pair);
        let mut statements = Vec::new();
        while let Some(statement) = parts.next_if(Rule::statement) {
            statements.push(self.statement(statement)?);
        }
        Ok(statements)
    }

    fn statement(&self, pair: Pair<'_, Rule>) -> Result<Statement> {
        let mut parts = self.parts(pair);
        let docs = docs(&mut parts, Rule::outer_doc);
        let pair = parts.next();
        let span = self.span(&pair);
        Ok(Statement { docs, kind: self.statement_kind(pair)?, span })
    }

    /// Split by what a statement holds: braces stand in braces up to the limit of nesting, and
    /// without optimisation the frame of one function with all kinds has room for all of them.
    fn statement_kind(&self, pair: Pair<'_, Rule>) -> Result<StatementKind> {
        match pair.as_rule() {
            Rule::apply => self.apply(pair).map(StatementKind::Apply),
            Rule::if_body => self.if_body(pair).map(StatementKind::If),
            Rule::repeat | Rule::frozen | Rule::aux => self.braced(pair),
            Rule::let_tensor | Rule::assign | Rule::layer_weights => self.binding(pair),
            _ => self.plain(pair),
        }
    }

    fn braced(&self, pair: Pair<'_, Rule>) -> Result<StatementKind> {
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        match rule {
            Rule::repeat => self.repeat(&mut parts),
            Rule::frozen => self.body(parts.next()).map(StatementKind::Frozen),
            _ => {
                let name = self.ident(&parts.next());
                Ok(StatementKind::Aux { name, body: self.body(parts.next())? })
            }
        }
    }

    fn binding(&self, pair: Pair<'_, Rule>) -> Result<StatementKind> {
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        if rule == Rule::layer_weights {
            let name = self.ident(&parts.next());
            return Ok(StatementKind::Layer { name, layer: self.apply(parts.next())? });
        }
        let mutable = parts.next_if(Rule::kw_mut).is_some();
        let names = self.names(parts.next());
        let value = self.tensor_value(parts.next())?;
        Ok(match rule {
            Rule::let_tensor => StatementKind::Let { mutable, names, value },
            _ => StatementKind::Assign { names, value },
        })
    }

    fn plain(&self, pair: Pair<'_, Rule>) -> Result<StatementKind> {
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        Ok(match rule {
            Rule::const_value => StatementKind::Const {
                names: self.names(parts.next()),
                value: self.expression(parts.next(), 0)?,
            },
            Rule::default_items => StatementKind::Default {
                layer: self.ident(&parts.next()),
                items: self.items(&mut parts)?,
            },
            Rule::return_operands => StatementKind::Return(self.operands(&mut parts)?),
            Rule::input => StatementKind::Input {
                name: parts.next_if(Rule::ident).map(|name| self.ident(&name)),
                shape: self.value(parts.next())?,
                items: self.items(&mut parts)?,
            },
            Rule::output => StatementKind::Output(self.rest_of_names(&mut parts)),
            Rule::weights => self.weights(&mut parts)?,
            Rule::budget => self.budget(&mut parts)?,
            Rule::train => StatementKind::Train,
            Rule::winograd => StatementKind::Winograd(self.ident(&parts.next())),
            rule => unreachable!("{rule:?} is no statement"),
        })
    }

    fn repeat(&self, parts: &mut Parts<'_>) -> Result<StatementKind> {
        let header = match parts.next_if(Rule::each) {
            Some(each) => {
                let mut each = self.parts(each);
                RepeatHeader::Each {
                    names: self.names(each.next()),
                    over: self.expression(each.next(), 0)?,
                }
            }
            None => RepeatHeader::Times(self.expression(parts.next(), 0)?),
        };
        Ok(StatementKind::Repeat { header, body: self.body(parts.next())? })
    }

    fn weights(&self, parts: &mut Parts<'_>) -> Result<StatementKind> {
        let path = self.text(&parts.next())?;
        let mut renames = Vec::new();
        while let Some(rename) = parts.next_if(Rule::rename) {
            let mut rename = self.parts(rename);
            renames.push((self.text(&rename.next())?, self.text(&rename.next())?));
        }
        Ok(StatementKind::Weights { path, renames })
    }

    fn budget(&self, parts: &mut Parts<'_>) -> Result<StatementKind> {
        let mut limits = Vec::new();
        while let Some(limit) = parts.next_if(Rule::limit) {
            let mut limit = self.parts(limit);
            limits.push((self.ident(&limit.next()), self.expression(limit.next(), 0)?));
        }
        Ok(StatementKind::Budget(limits))
    }

    fn if_body(&self, pair: Pair<'_, Rule>) -> Result<If<Vec<Statement>>> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let mut arms = Vec::new();
        while let Some(condition) = parts.next_if(Rule::expression) {
            arms.push((self.expression(condition, 0)?, self.body(parts.next())?));
        }
        let otherwise = match parts.next_any() {
            Some(body) => Some(self.body(body)?),
            None => None,
        };
        Ok(If { arms, otherwise, span })
    }

    fn tensor_value(&self, pair: Pair<'_, Rule>) -> Result<TensorExpr> {
        let span = self.span(&pair);
        let value = self.parts(pair).next();
        Ok(match value.as_rule() {
            Rule::if_body => TensorExpr::If(self.if_body(value)?),
            Rule::body => TensorExpr::Brace(self.body(value)?, span),
            Rule::kw_last => TensorExpr::Last(span),
            _ => TensorExpr::Apply(self.apply(value)?),
        })
    }

    fn apply(&self, pair: Pair<'_, Rule>) -> Result<Application> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let name = self.ident(&parts.next());
        let items = self.items(&mut parts)?;
        let from = match parts.next_if(Rule::from) {
            Some(from) => Some(self.operand(self.parts(from).next())?),
            None => None,
        };
        let as_name = parts.next_if(Rule::as_name).map(|name| self.ident(&self.parts(name).next()));
        let asserted = match parts.next_if(Rule::asserted) {
            Some(shape) => Some(self.value(self.parts(shape).next())?),
            None => None,
        };
        Ok(Application { name, items, from, as_name, asserted, span })
    }

    fn items(&self, parts: &mut Parts<'_>) -> Result<Vec<LayerItem>> {
        let mut items = Vec::new();
        while let Some(item) = parts.next_if(Rule::layer_item) {
            let span = self.span(&item);
            let atoms =
                self.parts(item).pairs.map(|atom| self.atom(atom)).collect::<Result<_>>()?;
            items.push(LayerItem { atoms, span });
        }
        Ok(items)
    }

    fn operands(&self, parts: &mut Parts<'_>) -> Result<Vec<Expr>> {
        let mut operands = Vec::new();
        while let Some(operand) = parts.next_any() {
            operands.push(self.operand(operand)?);
        }
        Ok(operands)
    }

    /// A name, `last` or a brace.
    fn operand(&self, pair: Pair<'_, Rule>) -> Result<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::body => ExprKind::Brace(self.body(pair)?),
            _ => ExprKind::Name(pair.as_str().to_owned()),
        };
        Ok(Expr { kind, span })
    }

    fn names(&self, pair: Pair<'_, Rule>) -> Vec<Ident> {
        self.rest_of_names(&mut self.parts(pair))
    }

    fn rest_of_names(&self, parts: &mut Parts<'_>) -> Vec<Ident> {
        std::iter::from_fn(|| parts.next_any()).map(|name| self.ident(&name)).collect()
    }

    pub(super) fn text(&self, pair: &Pair<'_, Rule>) -> Result<Text> {
        let span = self.span(pair);
        match literal::string(pair.as_str()) {
            Ok(value) => Ok(Text { value, span }),
            Err(_) => Err(SyntaxError::BadEscape { at: span }),
        }
    }
}
