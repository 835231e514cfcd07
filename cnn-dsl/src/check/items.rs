//! The items behind a layer's or block's name, sorted into values, arguments, flags and
//! post-operations.
//!
//! A word with a value behind it in its item is an argument; a word alone is, in this order, a flag
//! of that layer, a post-operation, a value. Nothing is evaluated here.

use crate::check::arguments::Value;
use std::collections::HashMap;

use crate::check::bare::Bare;
use crate::check::error::{ItemError, NameError, UnknownArgument};
use crate::check::expand::Expander;
use crate::check::layers;
use crate::check::scope::Binding;
use crate::diagnostic::{did_you_mean, names_activation};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, LayerItem};
use crate::syntax::text;

/// The flags that every layer and block call takes, beside its own.
const FROZEN: &str = "frozen";
const UNROLL: &str = "unroll";

/// What may stand behind a name.
#[derive(Debug)]
pub(super) struct Accepts<'a> {
    /// The layer, block or post-operation.
    pub(super) name: Ident,
    /// Words that take a value.
    pub(super) arguments: Vec<&'a str>,
    /// Words that stand alone.
    pub(super) flags: &'static [&'static str],
    /// Whether several arguments may stand in one item: `bn eps 1e-5 momentum 0.9`.
    pub(super) loose: bool,
    /// How it is written, for help.
    pub(super) usage: Option<&'static str>,
}

/// The items of one statement.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    /// Values without a name.
    pub(super) positional: Vec<&'a Expr>,
    /// Arguments: name, its place, value.
    pub(super) named: Vec<(&'a str, Span, &'a Expr)>,
    /// The layer's own flags.
    pub(super) flags: Vec<(&'static str, Span)>,
    /// Post-operations in order.
    pub(super) posts: Vec<Post<'a>>,
    /// `frozen`.
    pub(super) frozen: bool,
    /// `unroll full`, where it is said.
    pub(super) unroll: Option<Span>,
    /// Whether no error was found.
    pub(super) sound: bool,
}

/// A post-operation with what stands behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) rest: &'a [Expr],
}

/// What a word in an item is, with the value behind it where that belongs to it.
enum Word<'a> {
    Argument(&'a str, &'a Expr),
    NeedsValue(&'a str),
    Flag(&'static str),
    Frozen,
    Unroll(&'a Expr),
    Post(&'a str),
    Value,
    Statement(&'a str),
    Unknown(&'a str, Option<&'a Expr>),
}

impl<'a> Expander<'a> {
    /// Sorts a statement's items.
    pub(super) fn sort(&mut self, accepts: &Accepts<'a>, items: &'a [LayerItem]) -> Sorted<'a> {
        let mut sorted = Sorted {
            positional: Vec::new(),
            named: Vec::new(),
            flags: Vec::new(),
            posts: Vec::new(),
            frozen: false,
            unroll: None,
            sound: true,
        };
        if let Some(first) = items.first() {
            self.comma_before_post(accepts, first, &mut sorted);
        }
        let mut before = accepts.name.span;
        for item in items {
            if !self.sort_item(accepts, &item.atoms, before, &mut sorted) {
                sorted.sound = false;
                break;
            }
            before = item.span;
        }
        self.repeated(accepts, &mut sorted);
        sorted
    }

    /// Sorts what stands behind a post-operation.
    pub(super) fn sort_post(&mut self, accepts: &Accepts<'a>, rest: &'a [Expr]) -> Sorted<'a> {
        let mut sorted = self.sort(accepts, &[]);
        let ended = !self.sort_item(accepts, rest, accepts.name.span, &mut sorted);
        sorted.sound &= !ended;
        self.repeated(accepts, &mut sorted);
        sorted
    }

    /// Sorts one item; `false` where what follows belongs to another statement.
    fn sort_item(
        &mut self,
        accepts: &Accepts<'a>,
        atoms: &'a [Expr],
        before: Span,
        sorted: &mut Sorted<'a>,
    ) -> bool {
        let mut at = 0;
        // The last text of this item that was a value.
        let mut valued: Option<Span> = None;
        while let Some(atom) = atoms.get(at) {
            if let Some(bare) = self.bare_item(accepts, &atoms[at..]) {
                self.error(self.bare_error(bare));
                sorted.sound = false;
                valued = Some(bare.whole);
                at += bare.parts;
                continue;
            }
            let word = self.word(accepts, atom, atoms.get(at + 1), valued.is_some());
            let takes_value = matches!(word, Word::Argument(..) | Word::Value | Word::Post(_));
            if let (Some(before), true, false) = (valued, takes_value, accepts.loose) {
                self.error(ItemError::MissingComma { at: atom.span, before });
                sorted.sound = false;
                return true;
            }
            at += 1;
            match word {
                Word::Argument(name, value) => {
                    sorted.named.push((name, atom.span, value));
                    valued = Some(value.span);
                    at += 1;
                }
                Word::Flag(flag) => sorted.flags.push((flag, atom.span)),
                Word::Frozen => sorted.frozen = true,
                Word::Unroll(full) => {
                    sorted.unroll = Some(atom.span.to(full.span));
                    at += 1;
                }
                Word::Post(name) => {
                    let rest = &atoms[at..];
                    sorted.posts.push(Post { name, span: atom.span, rest });
                    // The missing `;` is told where the post-operation is sorted; the items
                    // behind it are the next statement's.
                    return !rest.iter().any(|atom| self.begins_statement(atom));
                }
                Word::Statement(name) => {
                    let behind = atoms[..at - 1].last().map_or(before, |atom| atom.span);
                    let comma = at == 1 && self.comma_between(behind, atom.span);
                    // `dense 3, pad same`: what stands behind a comma is an argument first.
                    if let (true, Some(value)) = (comma && elsewhere(name), atoms.get(at)) {
                        self.unknown_word(accepts, name, atom.span, Some(value));
                        sorted.sound = false;
                        valued = Some(value.span);
                        at += 1;
                        continue;
                    }
                    let (at, name) = (atom.span, name.to_owned());
                    self.error(ItemError::MissingSemicolon { at, name, behind, comma });
                    return false;
                }
                Word::NeedsValue(name) => {
                    let (layer, name) = (accepts.name.name.clone(), name.to_owned());
                    self.error(ItemError::ArgumentWithoutValue { layer, name, at: atom.span });
                    sorted.sound = false;
                }
                Word::Unknown(name, value) => {
                    self.unknown_word(accepts, name, atom.span, value);
                    sorted.sound = false;
                    valued = value.map(|value| value.span);
                    at += usize::from(value.is_some());
                }
                Word::Value => {
                    sorted.positional.push(atom);
                    valued = Some(atom.span);
                }
            }
        }
        true
    }

    /// The expression without its parentheses that an item's parts begin with, be it a value of its
    /// own or an argument's.
    fn bare_item(&self, accepts: &Accepts<'a>, atoms: &'a [Expr]) -> Option<Bare> {
        let (first, rest) = atoms.split_first()?;
        match self.word(accepts, first, rest.first(), false) {
            Word::Argument(..) => {
                let bare = self.bare(rest)?;
                Some(Bare { parts: bare.parts + 1, ..bare })
            }
            Word::Value | Word::Unknown(..) => self.bare(atoms),
            Word::NeedsValue(_)
            | Word::Flag(_)
            | Word::Frozen
            | Word::Unroll(_)
            | Word::Post(_)
            | Word::Statement(_) => None,
        }
    }

    /// What a part of an item is, by the language's order.
    fn word(
        &self,
        accepts: &Accepts<'a>,
        atom: &'a Expr,
        next: Option<&'a Expr>,
        valued: bool,
    ) -> Word<'a> {
        let ExprKind::Name(word) = &atom.kind else { return Word::Value };
        let argument = accepts.arguments.contains(&word.as_str());
        if let (true, Some(value)) = (argument, next) {
            return Word::Argument(word, value);
        }
        if let Some(flag) = accepts.flags.iter().find(|flag| *flag == word) {
            return Word::Flag(flag);
        }
        if word == FROZEN {
            return Word::Frozen;
        }
        let full = |e: &&Expr| matches!(&e.kind, ExprKind::Name(name) if name == "full");
        if let (UNROLL, Some(full)) = (word.as_str(), next.filter(full)) {
            return Word::Unroll(full);
        }
        let signature = layers::signature(word);
        let bound = self.frame().find(word).map(|entry| &entry.binding);
        if signature.is_some_and(|s| s.post)
            || matches!(bound, Some(Binding::Value(Some(Value::Activation(_)))))
        {
            return Word::Post(word);
        }
        let layer = matches!(bound, Some(Binding::Layer(_)));
        if (bound.is_some() && !layer) || word == "last" {
            return Word::Value;
        }
        if argument && !valued {
            return Word::NeedsValue(word);
        }
        if layer || signature.is_some() || self.index.block(word).is_some() {
            return Word::Statement(word);
        }
        Word::Unknown(word, next)
    }

    /// Whether this is the name of a layer or block and can be nothing else behind a
    /// post-operation.
    fn begins_statement(&self, atom: &Expr) -> bool {
        let ExprKind::Name(word) = &atom.kind else { return false };
        match self.frame().find(word).map(|entry| &entry.binding) {
            Some(Binding::Layer(_)) => true,
            Some(_) => false,
            None => {
                layers::signature(word).is_some_and(|signature| !signature.post)
                    || self.index.block(word).is_some()
            }
        }
    }

    /// `flatten relu`: the grammar lets the first item stand behind the name, a post-operation
    /// needs its comma.
    fn comma_before_post(
        &mut self,
        accepts: &Accepts<'a>,
        first: &'a LayerItem,
        sorted: &mut Sorted<'a>,
    ) {
        let Some(atom) = first.atoms.first() else { return };
        let word = self.word(accepts, atom, first.atoms.get(1), false);
        if matches!(word, Word::Post(_)) && !self.comma_between(accepts.name.span, atom.span) {
            self.error(ItemError::MissingComma { at: atom.span, before: accepts.name.span });
            sorted.sound = false;
        }
    }

    /// Whether a comma stands between two texts, the first before the second.
    fn comma_between(&self, first: Span, second: Span) -> bool {
        let between = Span { file: first.file, start: first.end, end: second.start.max(first.end) };
        text::tokens(self.sources.text(between)).contains(&",")
    }

    /// Reports an argument or flag given twice, and flags that undo each other.
    fn repeated(&mut self, accepts: &Accepts<'a>, sorted: &mut Sorted<'a>) {
        let layer = &accepts.name.name;
        let mut first: HashMap<&str, Span> = HashMap::new();
        let named = sorted.named.iter().map(|(name, at, _)| (*name, *at));
        for (name, at) in named.chain(sorted.flags.iter().copied()) {
            if let Some(&first) = first.get(name) {
                sorted.sound = false;
                let (layer, name) = (layer.clone(), name.to_owned());
                self.error(ItemError::GivenTwice { layer, name, at, first });
            } else if let Some((other, &first)) =
                opposite(name).and_then(|o| first.get_key_value(o))
            {
                sorted.sound = false;
                let (a, b) = ((*other).to_owned(), name.to_owned());
                self.error(ItemError::Contradiction { at, first, a, b });
            } else {
                first.insert(name, at);
            }
        }
    }

    fn unknown_word(
        &mut self,
        accepts: &Accepts<'a>,
        word: &str,
        at: Span,
        value: Option<&'a Expr>,
    ) {
        let valued = value.is_some();
        let valued_by = accepts.arguments.iter().find(|a| layers::words(a).contains(&word));
        if let (Some(argument), false) = (valued_by, valued) {
            let (name, word) = ((*argument).to_owned(), word.to_owned());
            self.error(ItemError::WordAlone { at, name, word });
            return;
        }
        let own = accepts.arguments.iter().chain(accepts.flags).copied();
        let everywhere = [FROZEN, UNROLL];
        let posts = layers::all().iter().filter(|s| s.post).map(|s| s.name);
        let frame = self.frame();
        let candidates: Vec<&str> = if valued {
            own.chain(posts).chain(everywhere).collect()
        } else {
            own.chain(posts).chain(everywhere).chain(frame.names()).collect()
        };
        let near = did_you_mean(word, candidates).map(str::to_owned);
        let bound = near.as_deref().is_none_or(|near| frame.find(near).is_some());
        if !valued && bound {
            self.error(NameError::UnknownName { name: word.to_owned(), at, near });
            return;
        }
        let takes: Vec<String> =
            accepts.arguments.iter().chain(accepts.flags).map(|w| (*w).to_owned()).collect();
        self.error(ItemError::UnknownArgument(UnknownArgument {
            layer: accepts.name.name.clone(),
            word: word.to_owned(),
            at,
            valued,
            near,
            activation: value.and_then(|value| meant_activation(word, value)),
            takes,
            usage: accepts.usage,
        }));
    }
}

/// The activation that `activation relu` means, a word of its own here.
pub(super) fn meant_activation(word: &str, value: &Expr) -> Option<String> {
    let ExprKind::Name(name) = &value.kind else { return None };
    (names_activation(word) && layers::held(name).is_some()).then(|| name.clone())
}

/// Whether another layer has an argument of this name.
fn elsewhere(name: &str) -> bool {
    layers::all().iter().any(|signature| signature.arguments.contains(&name))
}

/// The flag that undoes a flag.
pub(super) fn opposite(flag: &str) -> Option<&'static str> {
    match flag {
        "bias" => Some("no_bias"),
        "no_bias" => Some("bias"),
        "max" => Some("avg"),
        "avg" => Some("max"),
        "nearest" => Some("bilinear"),
        "bilinear" => Some("nearest"),
        _ => None,
    }
}
