//! `input`, its preprocessing, and `output`, `aux`: where a network begins and ends.

use crate::check::arguments::{Place, Value};
use crate::check::error::{InputError, ItemError, ModelError, ValueError};
use crate::check::eval::part;
use crate::check::expand::Expander;
use crate::check::naming::Level;
use crate::check::scope::{Around, Binding, Scope};
use crate::diagnostic::did_you_mean;
use crate::ir::{Constant, Input, Output, Preprocess, Shape};
use crate::number::Rational;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, LayerItem, Statement};

/// What may stand behind an input's shape.
const ITEMS: [&str; 6] = ["u8", "scale", "offset", "mean", "std", "order"];

/// Preprocessing as it was written, exact.
#[derive(Default)]
struct Steps {
    bytes: bool,
    bgr: bool,
    scale: Option<Vec<Rational>>,
    offset: Option<Vec<Rational>>,
    mean: Option<Vec<Rational>>,
    std: Option<Vec<Rational>>,
}

impl<'a> Expander<'a> {
    /// `input name: 224x224x3, u8, scale (1/127.5);`
    pub(super) fn input(
        &mut self,
        name: Option<&'a Ident>,
        shape: &'a Expr,
        items: &'a [LayerItem],
    ) {
        let sizes = self.shape(shape);
        let channels = sizes.map(Shape::channels);
        let preprocess = self.preprocess(items, channels);
        if self.ghost > 0 {
            return;
        }
        let value = sizes.map(|shape| self.network.value(shape));
        if let Some(name) = name {
            self.declare(name, Binding::Tensor(value), false);
        } else if self.declared.inputs_met > 0 {
            self.error(InputError::UnnamedInput { at: shape.span });
        }
        self.declared.inputs_met += 1;
        self.declared.inputs.push(value.zip(preprocess).map(|(value, preprocess)| Input {
            name: name.map(|name| name.name.clone()),
            value,
            preprocess,
        }));
        if self.declared.inputs_met == 1 {
            let frame = self.frame_mut();
            frame.last = value;
            frame.started = true;
        }
    }

    fn preprocess(
        &mut self,
        items: &'a [LayerItem],
        channels: Option<usize>,
    ) -> Option<Preprocess> {
        let mut steps = Steps::default();
        let mut seen: Vec<(&'a str, Span)> = Vec::new();
        let mut sound = true;
        for item in items {
            let Some(Expr { kind: ExprKind::Name(word), span }) = item.atoms.first() else {
                self.error(InputError::InputItem { at: item.span, word: None, near: None });
                sound = false;
                continue;
            };
            if let Some((_, first)) = seen.iter().find(|(w, _)| w == word) {
                let (layer, name) = ("input".to_owned(), word.clone());
                self.error(ItemError::GivenTwice { layer, name, at: *span, first: *first });
                sound = false;
                continue;
            }
            seen.push((word, *span));
            sound &= self.preprocess_item(&mut steps, word, *span, &item.atoms[1..], channels);
        }
        let channels = channels.filter(|_| sound && self.live())?;
        let folded = fold(&steps, channels);
        if folded.is_none() {
            let at = items.first()?.span.to(items.last()?.span);
            self.error(ValueError::Overflow { at, text: "the preprocessing".to_owned() });
        }
        let (scale, offset) = folded?;
        Some(Preprocess { bytes: steps.bytes, scale, offset, bgr: steps.bgr })
    }

    /// One item; `false` after an error.
    fn preprocess_item(
        &mut self,
        steps: &mut Steps,
        word: &str,
        at: Span,
        values: &'a [Expr],
        channels: Option<usize>,
    ) -> bool {
        let place = match word {
            "u8" => {
                steps.bytes = true;
                if let Some(value) = values.first() {
                    self.error(ItemError::MissingComma { at: value.span, before: at });
                }
                return values.is_empty();
            }
            "order" => return self.order(steps, at, values, channels),
            "scale" => &mut steps.scale,
            "offset" => &mut steps.offset,
            "mean" => &mut steps.mean,
            "std" => &mut steps.std,
            _ => {
                let near = did_you_mean(word, ITEMS).map(str::to_owned);
                self.error(InputError::InputItem { at, word: Some(word.to_owned()), near });
                return false;
            }
        };
        if let Some(bare) = self.bare(values) {
            self.error(self.bare_error(bare));
            return false;
        }
        let [value] = values else {
            let (layer, name) = ("input".to_owned(), word.to_owned());
            self.error(match values.get(1) {
                Some(second) => ItemError::MissingComma { at: second.span, before: values[0].span },
                None => ItemError::ArgumentWithoutValue { layer, name, at },
            });
            return false;
        };
        *place = self.per_channel(value, word == "std", channels);
        place.is_some()
    }

    /// A number for all channels, or a list of one a channel.
    fn per_channel(
        &mut self,
        e: &'a Expr,
        divides: bool,
        channels: Option<usize>,
    ) -> Option<Vec<Rational>> {
        let value = self.eval(e)?;
        let single = matches!(value, Value::Number(_));
        let values = match value {
            Value::Number(n) => vec![n; channels.unwrap_or(1).min(MAX_CHANNELS)],
            Value::List(values) => {
                let mut numbers = Vec::new();
                for (index, value) in values.into_iter().enumerate() {
                    match value {
                        Value::Number(n) => numbers.push(n),
                        other => return self.wrong_part("a number", &other, e, index),
                    }
                }
                if let Some(channels) = channels.filter(|&c| c != numbers.len()) {
                    self.error(InputError::PerChannel {
                        at: e.span,
                        given: numbers.len(),
                        channels,
                    });
                    return None;
                }
                numbers
            }
            other => return self.wrong_kind("a number, or a list of one a channel", &other, e),
        };
        let zero = values.iter().position(|&n| divides && n == Rational::ZERO);
        if let Some(index) = zero {
            let at = if single { Place::Own(e.span) } else { part(e, index) };
            self.error(ValueError::DivisionByZero { at });
            return None;
        }
        Some(values)
    }

    fn order(
        &mut self,
        steps: &mut Steps,
        at: Span,
        values: &'a [Expr],
        channels: Option<usize>,
    ) -> bool {
        let word = match values {
            [Expr { kind: ExprKind::Name(word), .. }] => word.as_str(),
            _ => "",
        };
        match word {
            "rgb" => {}
            "bgr" => steps.bgr = true,
            _ => {
                let at = values.iter().fold(at, |span, value| span.to(value.span));
                self.error(InputError::ChannelOrder { at });
                return false;
            }
        }
        if let Some(channels) = channels.filter(|&c| steps.bgr && c != 3) {
            self.error(InputError::OrderNeedsThree { at: values[0].span, channels });
            return false;
        }
        true
    }

    /// `output small, large;`
    pub(super) fn output(&mut self, names: &'a [Ident]) {
        for name in names {
            let bound = if name.name == "last" {
                Some(Binding::Tensor(self.last()))
            } else {
                self.frame().find(&name.name).map(|entry| entry.binding.clone())
            };
            let tensor = match bound {
                Some(Binding::Tensor(tensor)) => tensor,
                Some(Binding::Value(None)) => None,
                Some(Binding::Value(Some(_)) | Binding::Layer(_)) => {
                    self.error(InputError::OutputNoTensor { name: name.clone() });
                    None
                }
                None => {
                    self.unknown_name(&name.name, name.span);
                    None
                }
            };
            if self.ghost > 0 {
                continue;
            }
            let first = self.declared.outputs.iter().find(|(other, value)| {
                other.name == name.name || (value.is_some() && *value == tensor)
            });
            if let Some((first, _)) = first {
                let (first, other) = (first.span, first.name.clone());
                self.error(InputError::OutputTwice { name: name.clone(), first, other });
                continue;
            }
            if tensor.is_some_and(|t| self.network.values[t.0].producer.is_none())
                && self.declared.inputs.iter().flatten().any(|input| Some(input.value) == tensor)
            {
                self.error(InputError::OutputIsInput { name: name.name.clone(), at: name.span });
            }
            self.declared.outputs.push((name, tensor));
        }
    }

    /// The outputs in order; `last` where none is declared.
    pub(super) fn outputs(&mut self) -> Option<Vec<Output>> {
        if self.declared.outputs.is_empty() {
            let value = self.frame().last?;
            return Some(vec![Output { name: None, value }]);
        }
        let output = |(name, value): &(&Ident, Option<_>)| {
            let name = (name.name != "last").then(|| name.name.clone());
            value.map(|value| Output { name, value })
        };
        self.declared.outputs.iter().map(output).collect()
    }

    /// `aux name { ... }`: checked like everything else, then taken out of the network again.
    pub(super) fn aux(&mut self, name: &'a Ident, body: &'a [Statement]) {
        if !self.frame().model || self.frame().around.contains(&Around::Aux) {
            self.error(ModelError::Misplaced { what: "aux", at: name.span });
            return;
        }
        let before = self.last();
        let mark = self.network.mark();
        let full = if self.live() {
            let many = self.frame().many;
            let full = self.frame_mut().level.given(&name.name, name.span, many);
            self.claim(&full, name.span);
            full
        } else {
            String::new()
        };
        let level = std::mem::replace(&mut self.frame_mut().level, Level::new(format!("{full}.")));
        self.frame_mut().scopes.push(Scope::new());
        self.frame_mut().around.push(Around::Aux);
        self.run(body);
        self.frame_mut().around.pop();
        self.frame_mut().scopes.pop();
        self.frame_mut().level = level;
        let after = std::mem::replace(&mut self.frame_mut().last, before);
        if let Some(from) = before.filter(|_| self.live()) {
            // What has no value has an error, and the network is not looked at.
            self.network.cut(&mark, full, [from, after.unwrap_or(from)]);
        }
    }
}

/// No image has more channels than this many copies of one number are made for.
const MAX_CHANNELS: usize = 1 << 20;

/// `((x * scale + offset) - mean) / std` as one factor and one summand a channel; empty lists where
/// nothing is to be done, `None` where a number is too large.
fn fold(steps: &Steps, channels: usize) -> Option<(Vec<Constant>, Vec<Constant>)> {
    let given = [&steps.scale, &steps.offset, &steps.mean, &steps.std];
    if given.iter().all(|list| list.is_none()) {
        return Some((Vec::new(), Vec::new()));
    }
    let at = |list: &Option<Vec<Rational>>, channel: usize, otherwise: Rational| {
        list.as_ref().map_or(Some(otherwise), |list| list.get(channel).copied())
    };
    let constant = |n: Rational| Constant(n.to_f64() as f32);
    let (mut scales, mut offsets) = (Vec::new(), Vec::new());
    for c in 0..channels {
        let std = at(&steps.std, c, Rational::ONE)?;
        let offset = at(&steps.offset, c, Rational::ZERO)?;
        let mean = at(&steps.mean, c, Rational::ZERO)?;
        scales.push(constant(at(&steps.scale, c, Rational::ONE)?.divide(std)?));
        offsets.push(constant(offset.subtract(mean)?.divide(std)?));
    }
    Some((scales, offsets))
}
