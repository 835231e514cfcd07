//! The stage's entry: every wanted model, and with [`Selection::All`] the blocks that none uses.

use std::collections::{HashMap, HashSet};

use crate::check::error::{Error, LimitError, NameError};
use crate::check::expand::Expander;
use crate::check::graph;
use crate::check::index::{Index, Made};
use crate::check::model::{self, Declared, Wanted};
use crate::check::request::{Checked, Request, Selection, Stub};
use crate::check::scope::Frame;
use crate::diagnostic::Diagnostics;
use crate::ir::{Network, inference_name};
use crate::source::{Files, Sources, Span};
use crate::syntax::Program;
use crate::syntax::ast::{Block, Model, Statement, Visibility};

/// The most statements, turns and layers of all models of one compilation together.
const MAX_WORK: usize = 4_000_000;

/// Checks the wanted models of a program: names resolved, blocks and loops expanded, every shape
/// computed, budgets compared, weight files read through `files`. All errors of all models are
/// collected; a model with one becomes a [`Stub`].
pub fn check(
    program: &Program,
    sources: &Sources,
    selection: &Selection,
    files: &mut dyn Files,
) -> Checked {
    let mut names = Vec::new();
    let index = Index::new(program, &mut names);
    let mut errors: Vec<Error> = names.into_iter().map(Error::from).collect();
    let every = |train: Option<Span>| {
        let request = |made: &Made<'_>| {
            let name = made.name();
            let model = Some((name.name.clone(), name.span));
            Request { model, train, ..Request::default() }
        };
        index.made.iter().map(request).collect()
    };
    let requests: Vec<Request> = match selection {
        Selection::All => every(None),
        Selection::AllTrained(at) => every(Some(*at)),
        Selection::Some(requests) => requests.clone(),
    };
    let wanted: Vec<Result<Wanted<'_>, Error>> =
        requests.iter().map(|request| model::resolve(&index, request)).collect();
    inspect(&index, selection, &wanted, &mut errors);

    let mut diagnostics = Diagnostics::default();
    errors.into_iter().for_each(|error| diagnostics.push(error.diagnostic()));
    let broken = !diagnostics.is_empty();
    let mut expanded = HashSet::new();
    let mut models: Vec<Result<Network, Stub>> = Vec::new();
    let mut work = 0;
    for (wanted, request) in wanted.into_iter().zip(&requests) {
        models.push(match wanted {
            Ok(wanted) if work > MAX_WORK => {
                let (at, limit) = (wanted.name_span, MAX_WORK);
                diagnostics.push(Error::from(LimitError::TooManySteps { at, limit }).diagnostic());
                Err(model::stub(&wanted))
            }
            Ok(wanted) => {
                let declared = Declared::new(wanted.model);
                let mut expander =
                    Expander::new(&index, sources, &mut diagnostics, &mut expanded, declared);
                expander.failed = broken;
                expander.model(&wanted, files, &mut work)
            }
            Err(error) => {
                diagnostics.push(error.diagnostic());
                Err(nameless(&index, request))
            }
        });
    }
    second_types(&mut models, &mut diagnostics);
    if selection.is_all() {
        for block in &index.block_list {
            if !expanded.contains(&block.name.name) {
                check_unused(&index, sources, &mut diagnostics, block);
            }
        }
    }
    Checked { models, diagnostics }
}

/// A model that trains is two types, and the name of the second, which predicts alone, must be free.
/// Where it is not, the model becomes the stub of the first alone.
fn second_types(models: &mut [Result<Network, Stub>], diagnostics: &mut Diagnostics) {
    let named = |model: &Result<Network, Stub>| match model {
        Ok(network) => (network.name.clone(), network.name_span),
        Err(stub) => (stub.name.clone(), stub.name_span),
    };
    let names: HashMap<String, Span> = models.iter().map(named).collect();
    for model in models {
        let Ok(network) = model else { continue };
        let inference = inference_name(&network.name);
        let Some(&at) = names.get(&inference).filter(|_| network.train) else { continue };
        let (trained, first) = (network.name.clone(), network.name_span);
        let error = NameError::InferenceTaken { name: inference, at, trained, first };
        diagnostics.push(Error::from(error).diagnostic());
        *model = Err(Stub { train: false, ..Stub::of(network) });
    }
}

/// What can be said without expanding: recursion and unread names, in what is wanted.
fn inspect<'a>(
    index: &Index<'a>,
    selection: &Selection,
    wanted: &[Result<Wanted<'a>, Error>],
    errors: &mut Vec<Error>,
) {
    let all = selection.is_all();
    let mut bodies: Vec<&'a [Statement]> = Vec::new();
    for model in wanted.iter().flatten().map(|wanted| wanted.model) {
        if !bodies.iter().any(|body| std::ptr::eq(*body, model.body.as_slice())) {
            bodies.push(&model.body);
        }
    }
    let blocks = index.block_list.iter().filter(|_| all);
    let blocks = blocks.map(|block| (block.name.name.as_str(), block.body.as_slice()));
    let models = bodies.iter().map(|body| ("", *body));
    let reached = graph::recursion(index, models.chain(blocks), errors);
    for body in bodies {
        graph::unread(body, errors);
    }
    for block in &index.block_list {
        if all || reached.contains(block.name.name.as_str()) {
            graph::unread(&block.body, errors);
        }
    }
}

/// Checks the names in a block that no model uses.
fn check_unused<'a>(
    index: &'a Index<'a>,
    sources: &'a Sources,
    diagnostics: &'a mut Diagnostics,
    block: &'a Block,
) {
    let model = Model {
        docs: Vec::new(),
        visibility: Visibility::Default,
        name: block.name.clone(),
        params: Vec::new(),
        body: Vec::new(),
        span: block.span,
    };
    let mut expanded = HashSet::new();
    let mut expander =
        Expander::new(index, sources, diagnostics, &mut expanded, Declared::new(&model));
    expander.frames = vec![Frame::new(false, String::new(), None)];
    expander.ghost = 1;
    expander.bind_params(&block.params, block.params.iter().map(|_| None).collect());
    expander.run(&block.body);
}

/// The stub of a request that names no model.
fn nameless(index: &Index<'_>, request: &Request) -> Stub {
    let named = request.rename.as_ref().or(request.model.as_ref());
    let made = request.model.as_ref().and_then(|(name, _)| index.made(name));
    let (visibility, docs) = match made {
        Some(Made::Model(model)) => (model.visibility, model.docs.clone()),
        Some(Made::Instance(instance)) => (instance.visibility, instance.docs.clone()),
        None => (Visibility::Default, Vec::new()),
    };
    let (name, name_span) = match named {
        Some((name, span)) => (name.clone(), *span),
        None => ("Model".to_owned(), index.root_span()),
    };
    let (inputs, outputs, embedded, train) = (None, None, false, true);
    Stub { name, name_span, visibility, docs, inputs, outputs, embedded, train }
}
