//! Files, models, instances and blocks.

use pest::iterators::Pair;

use super::{Builder, Parts, Result};
use crate::syntax::ast::{Block, Expr, File, Ident, Instance, Item, Model, Param, Visibility};
use crate::syntax::error::SyntaxError;
use crate::syntax::grammar::Rule;
use crate::syntax::names::is_type_name;

impl Builder<'_> {
    pub(super) fn file(&self, pair: Pair<'_, Rule>) -> Result<File> {
        let text = pair.as_span();
        let mut span = self.span(&pair);
        (span.start, span.end) = (0, u32::try_from(text.get_input().len()).unwrap_or(u32::MAX));
        let mut parts = self.parts(pair);
        let docs = docs(&mut parts, Rule::inner_doc);
        let mut items = Vec::new();
        while let Some(item) = parts.next_if(Rule::item) {
            items.push(self.item(item)?);
        }
        Ok(File { docs, items, span })
    }

    fn item(&self, pair: Pair<'_, Rule>) -> Result<Item> {
        let mut parts = self.parts(pair);
        let docs = docs(&mut parts, Rule::outer_doc);
        let pair = parts.next();
        match pair.as_rule() {
            Rule::use_file => Ok(Item::Use(self.text(&self.parts(pair).next())?)),
            Rule::block => self.block(pair, docs).map(Item::Block),
            Rule::model => self.model(pair, docs),
            rule => unreachable!("{rule:?} is no item"),
        }
    }

    fn block(&self, pair: Pair<'_, Rule>, docs: Vec<String>) -> Result<Block> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let name = self.ident(&parts.next());
        let params = self.params(&mut parts)?;
        Ok(Block { docs, name, params, body: self.body(parts.next())?, span })
    }

    fn model(&self, pair: Pair<'_, Rule>, docs: Vec<String>) -> Result<Item> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let visibility = match parts.next_if(Rule::visibility) {
            None => Visibility::Default,
            Some(pair) => match self.parts(pair).next_any() {
                None => Visibility::Public,
                Some(_) => Visibility::Crate,
            },
        };
        let name = self.ident(&parts.next());
        if !is_type_name(&name.name) {
            return Err(SyntaxError::ReservedWord { at: name.span });
        }
        if let Some(instance) = parts.next_if(Rule::instance) {
            let mut parts = self.parts(instance);
            let base = self.ident(&parts.next());
            let args = match parts.next_if(Rule::instance_args) {
                Some(args) => self.instance_args(args)?,
                None => Vec::new(),
            };
            return Ok(Item::Instance(Instance { docs, visibility, name, base, args, span }));
        }
        let params = self.params(&mut parts)?;
        let body = self.body(parts.next())?;
        Ok(Item::Model(Model { docs, visibility, name, params, body, span }))
    }

    fn instance_args(&self, pair: Pair<'_, Rule>) -> Result<Vec<(Ident, Expr)>> {
        let mut parts = self.parts(pair);
        let mut args = Vec::new();
        while let Some(arg) = parts.next_if(Rule::instance_arg) {
            let mut arg = self.parts(arg);
            args.push((self.ident(&arg.next()), self.expression(arg.next(), 0)?));
        }
        Ok(args)
    }

    fn params(&self, parts: &mut Parts<'_>) -> Result<Vec<Param>> {
        let Some(pair) = parts.next_if(Rule::params) else { return Ok(Vec::new()) };
        let mut parts = self.parts(pair);
        let mut params = Vec::new();
        while let Some(param) = parts.next_if(Rule::param) {
            let mut param = self.parts(param);
            params.push(Param {
                name: self.ident(&param.next()),
                tensor: param.next_if(Rule::kw_tensor).is_some(),
                default: match param.next_any() {
                    Some(default) => Some(self.expression(default, 0)?),
                    None => None,
                },
            });
        }
        Ok(params)
    }
}

/// The lines of the documentation that comes next: `/** */` may hold several.
pub(super) fn docs(parts: &mut Parts<'_>, rule: Rule) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(doc) = parts.next_if(rule) {
        let doc = doc.as_str();
        let text = if doc.starts_with("/*") { &doc[3..doc.len() - 2] } else { &doc[3..] };
        if text.is_empty() {
            lines.push(String::new());
        }
        lines.extend(text.lines().map(|line| line.trim_end_matches('\r').to_owned()));
    }
    lines
}
