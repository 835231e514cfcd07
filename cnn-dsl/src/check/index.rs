//! Every block and model of a program by name, and which names are not free.

use std::collections::HashMap;

use crate::check::error::NameError;
use crate::check::layers;
use crate::diagnostic::did_you_mean;
use crate::source::Span;
use crate::syntax::Program;
use crate::syntax::ast::{Block, File, Ident, Instance, Item, Model, Param};

/// A model, or one made from another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made<'a> {
    Model(&'a Model),
    Instance(&'a Instance),
}

impl<'a> Made<'a> {
    /// Its name.
    pub(super) fn name(self) -> &'a Ident {
        match self {
            Self::Model(model) => &model.name,
            Self::Instance(instance) => &instance.name,
        }
    }
}

/// What a program defines.
#[derive(Debug)]
pub(super) struct Index<'a> {
    blocks: HashMap<&'a str, &'a Block>,
    /// Blocks in the order of the texts.
    pub(super) block_list: Vec<&'a Block>,
    /// Models and instances of the root file in text order.
    pub(super) made: Vec<Made<'a>>,
    made_by_name: HashMap<&'a str, Made<'a>>,
    root: Option<&'a File>,
}

impl<'a> Index<'a> {
    /// Goes through every file; duplicates and names that are not free are reported.
    pub(super) fn new(program: &'a Program, errors: &mut Vec<NameError>) -> Self {
        let root = program.files.first().map(|(_, file)| file);
        let mut index = Self {
            blocks: HashMap::new(),
            block_list: Vec::new(),
            made: Vec::new(),
            made_by_name: HashMap::new(),
            root,
        };
        for (number, (_, file)) in program.files.iter().enumerate() {
            for item in &file.items {
                match item {
                    Item::Use(_) => {}
                    Item::Block(block) => index.add_block(block, errors),
                    Item::Model(model) => {
                        params(&model.params, errors);
                        index.add_made(Made::Model(model), number == 0, errors);
                    }
                    Item::Instance(instance) => {
                        index.add_made(Made::Instance(instance), number == 0, errors);
                    }
                }
            }
        }
        index
    }

    fn add_block(&mut self, block: &'a Block, errors: &mut Vec<NameError>) {
        params(&block.params, errors);
        if let Some(what) = reserved(&block.name.name, false) {
            errors.push(NameError::Reserved { name: block.name.clone(), what });
        }
        self.block_list.push(block);
        match self.blocks.get(block.name.name.as_str()) {
            Some(first) => errors.push(NameError::DefinedTwice {
                what: "block",
                name: block.name.clone(),
                first: first.name.span,
            }),
            None => {
                self.blocks.insert(&block.name.name, block);
            }
        }
    }

    fn add_made(&mut self, made: Made<'a>, root: bool, errors: &mut Vec<NameError>) {
        if !root {
            return;
        }
        if let Some(first) = self.made(&made.name().name) {
            let (name, first) = (made.name().clone(), first.name().span);
            errors.push(NameError::DefinedTwice { what: "model", name, first });
        } else {
            self.made_by_name.insert(&made.name().name, made);
        }
        self.made.push(made);
    }

    /// The block of a name.
    pub(super) fn block(&self, name: &str) -> Option<&'a Block> {
        self.blocks.get(name).copied()
    }

    /// Every block's name.
    pub(super) fn block_names(&self) -> impl Iterator<Item = &'a str> {
        self.block_list.iter().map(|block| block.name.name.as_str())
    }

    /// The model or instance of a name in the root file.
    pub(super) fn made(&self, name: &str) -> Option<Made<'a>> {
        self.made_by_name.get(name).copied()
    }

    /// The first model or instance of the root file.
    pub(super) fn first(&self) -> Option<Made<'a>> {
        self.made.first().copied()
    }

    /// The start of the root file's text.
    pub(super) fn root_span(&self) -> Span {
        let nowhere = Span { file: crate::source::FileId(0), start: 0, end: 0 };
        self.root.map_or(nowhere, |file| Span { end: file.span.start, ..file.span })
    }

    /// The error about a model that does not exist.
    pub(super) fn unknown_model(&self, name: &str, at: Span) -> NameError {
        let names = self.made.iter().map(|made| made.name().name.as_str());
        let near = did_you_mean(name, names.clone()).map(str::to_owned);
        let known = names.map(str::to_owned).collect();
        NameError::UnknownModel { name: name.to_owned(), at, near, known }
    }
}

/// The most parameters of a block or model.
pub(super) const MAX_PARAMS: usize = 256;

/// Parameters bound twice, with names that are not free, or too many.
fn params(params: &[Param], errors: &mut Vec<NameError>) {
    if let Some(surplus) = params.get(MAX_PARAMS) {
        errors.push(NameError::TooManyParams { at: surplus.name.span, limit: MAX_PARAMS });
    }
    let mut first: HashMap<&str, Span> = HashMap::new();
    for param in params.iter().take(MAX_PARAMS) {
        if let Some(what) = reserved(&param.name.name, !param.tensor) {
            errors.push(NameError::Reserved { name: param.name.clone(), what });
        }
        match first.get(param.name.name.as_str()) {
            Some(&first) => errors.push(NameError::BoundTwice { name: param.name.clone(), first }),
            None => {
                first.insert(&param.name.name, param.name.span);
            }
        }
    }
}

/// What a name is already, where it is not free: layers, activations, flags and, for all but
/// numbers, the arguments of built-in layers.
pub(super) fn reserved(name: &str, number: bool) -> Option<&'static str> {
    let argument = layers::all().iter().any(|s| s.arguments.contains(&name))
        || matches!(name, "scale" | "offset" | "mean" | "std" | "order");
    if number && argument {
        return None;
    }
    if layers::signature(name).is_some() {
        return Some("a layer");
    }
    if matches!(name, "frozen" | "unroll" | "full")
        || layers::all().iter().any(|s| s.flags.contains(&name))
    {
        return Some("a flag");
    }
    argument.then_some("a layer's argument")
}
