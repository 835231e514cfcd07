//! A block's call: parameters, the expansion of its statements, its results.

use crate::check::apply::Applied;
use crate::check::error::{ItemError, LimitError};
use crate::check::expand::{Expander, Site};
use crate::check::index::MAX_PARAMS;
use crate::check::items::{Accepts, Sorted};
use crate::check::posts::Base;
use crate::check::scope::{Binding, Entry, Frame, Results, Tensor};
use crate::check::statements::Default;
use crate::check::trace::Step;
use crate::syntax::ast::{Application, Block, Expr, Param};

/// The flags of a block call: they hold for every layer in it that has a bias.
const FLAGS: &[&str] = &["bias", "no_bias"];
const WITH_BIAS: [&str; 4] = ["conv", "dw", "deconv", "dense"];

/// The most statement lists within each other, blocks called from blocks included.
const MAX_DEPTH: usize = 128;

impl<'a> Expander<'a> {
    /// Expands a block.
    pub(super) fn call(
        &mut self,
        block: &'a Block,
        app: &'a Application,
        site: Site<'a>,
    ) -> Applied {
        let params = block.params.iter().take(MAX_PARAMS);
        let accepts = Accepts {
            name: app.name.clone(),
            arguments: params.clone().map(|p| p.name.name.as_str()).collect(),
            flags: FLAGS,
            loose: false,
            usage: None,
        };
        let sorted = self.sort(&accepts, &app.items);
        let name = self.layer_name(&block.name.name, app);
        let bound = self.bind_arguments(block, app, &sorted);
        let start = self.source(app);
        let input = start.map(|tensor| self.network.shape(tensor));
        let results = match bound {
            Some(bound) if sorted.sound && self.may_enter(block, app) => {
                self.expand_block(block, app, &sorted, (name.clone(), start), bound)
            }
            _ => Results::Unknown,
        };
        let base = Base { layer: None, ..self.base(name, None, &sorted) };
        let results = self.apply_posts(&sorted.posts, results, &base, app, site);
        Applied::plain(results, input)
    }

    /// Whether the block is to be expanded here: not where only names are checked, not within
    /// itself (reported once for all calls), not too deep.
    fn may_enter(&mut self, block: &'a Block, app: &'a Application) -> bool {
        if !self.live() || self.calls.contains(&block.name.name.as_str()) {
            self.failed |= self.live();
            return false;
        }
        if self.depth >= MAX_DEPTH {
            let name = app.name.name.clone();
            self.error(LimitError::TooDeep { at: app.name.span, name, limit: MAX_DEPTH });
            return false;
        }
        true
    }

    /// The values of a block's parameters that the call gives; `None` for those left to defaults.
    fn bind_arguments(
        &mut self,
        block: &'a Block,
        app: &'a Application,
        sorted: &Sorted<'a>,
    ) -> Option<Vec<Option<Binding>>> {
        let mut sound = true;
        if let Some(surplus) = sorted.positional.get(block.params.len()) {
            self.error(ItemError::SurplusArgument {
                block: block.name.name.clone(),
                at: surplus.span,
                declared: block.name.span,
                takes: block.params.len(),
            });
            sound = false;
        }
        let mut bound = Vec::new();
        for (index, param) in block.params.iter().take(MAX_PARAMS).enumerate() {
            let positional = sorted.positional.get(index).copied();
            let named = sorted.named.iter().find(|(name, _, _)| *name == param.name.name);
            if let (Some(first), Some((name, at, _))) = (positional, named) {
                let (layer, name) = (block.name.name.clone(), (*name).to_owned());
                self.error(ItemError::GivenTwice { layer, name, at: *at, first: first.span });
                sound = false;
            }
            let given = positional.or(named.map(|(_, _, value)| *value));
            if given.is_none() && param.default.is_none() && sorted.sound {
                self.error(ItemError::MissingArgument {
                    block: block.name.name.clone(),
                    name: param.name.clone(),
                    at: app.name.span,
                    tensor: param.tensor,
                });
                sound = false;
            }
            bound.push(given.map(|value| self.bind_argument(param, value)));
        }
        sound.then_some(bound)
    }

    fn bind_argument(&mut self, param: &'a Param, value: &'a Expr) -> Binding {
        if param.tensor {
            Binding::Tensor(self.tensor(value))
        } else {
            Binding::Value(self.eval(value))
        }
    }

    fn expand_block(
        &mut self,
        block: &'a Block,
        app: &'a Application,
        sorted: &Sorted<'a>,
        (name, start): (String, Tensor),
        bound: Vec<Option<Binding>>,
    ) -> Results {
        let mut frame = Frame::new(false, format!("{name}."), start);
        frame.frozen = sorted.frozen || self.frame().frozen;
        frame.unroll = sorted.unroll.is_some() || self.frame().unroll;
        let defaults = self.defaults.len();
        for &(flag, at) in &sorted.flags {
            self.defaults.extend(WITH_BIAS.map(|layer| Default {
                layer,
                named: Vec::new(),
                flags: vec![(flag, at)],
            }));
        }
        self.frames.push(frame);
        let outer = self.enter(Step::Block(block.name.name.clone()));
        self.calls.push(&block.name.name);
        self.sites.push((app.name.span, self.layers));
        self.expanded.insert(block.name.name.clone());

        self.bind_params(&block.params, bound);
        self.run(&block.body);

        self.sites.pop();
        self.calls.pop();
        self.leave(outer);
        self.defaults.truncate(defaults);
        match self.frames.pop() {
            Some(frame) => Results::Tensors(frame.results.unwrap_or_else(|| vec![frame.last])),
            None => Results::Unknown,
        }
    }

    /// Binds parameters in the current frame; defaults may use the parameters before them.
    pub(super) fn bind_params(&mut self, params: &'a [Param], bound: Vec<Option<Binding>>) {
        for (param, binding) in params.iter().zip(bound) {
            let binding = binding.unwrap_or_else(|| match &param.default {
                Some(default) => self.bind_argument(param, default),
                None if param.tensor => Binding::Tensor(None),
                None => Binding::Value(None),
            });
            let entry = Entry { binding, span: param.name.span, mutable: false };
            self.frame_mut().scope().insert(param.name.name.clone(), entry);
        }
    }
}
